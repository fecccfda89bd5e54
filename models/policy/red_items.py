"""Hard items: facts that force a level and demand a visit, whatever was assessed and whatever a model says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from features.cli.console import UserError
from features.cohort import years_before
from features.definition import DefinitionError, Label
from features.definition.condition import Conditions
from models.policy.section import Section

RED_ITEM = "red_item"


@dataclass(frozen=True, slots=True)
class YoungerThan:
    """A limit of age in completed years, read from a date column."""

    column: str
    years: int

    def born_after(self, as_of: dt.date) -> dt.date:
        """The day after which a child must be born to be younger on ``as_of``."""
        return years_before(as_of, self.years)


@dataclass(frozen=True, slots=True)
class RedItem:
    """One hard item: it holds when any of its cases does and the child is young enough.

    The cases speak of columns of the child's state (children and household). A value that is not known fulfils
    nothing. ``forces`` is the level whose visit interval then applies.
    """

    id: str
    label: Label
    forces: str
    source: str
    cases: tuple[Conditions, ...]
    younger_than: YoungerThan | None = None

    @property
    def rule(self) -> str:
        """The rule's name in a duty."""
        return f"{RED_ITEM}:{self.id}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the child's state that the item speaks of."""
        young = (self.younger_than.column,) if self.younger_than else ()
        return tuple(dict.fromkeys((*(column for case in self.cases for column in case.columns), *young)))

    def holding(self, state: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
        """The rows of ``state`` (one per child) for which the item holds on ``as_of``."""
        held = nw.any_horizontal(*(case.expr() for case in self.cases), ignore_nulls=True)
        if self.younger_than is not None:
            held = held & (nw.col(self.younger_than.column) > self.younger_than.born_after(as_of))
        return nw.from_native(state).filter(held).to_native()


def read_red_item(section: Section) -> RedItem:
    """Read one entry of ``[[red_items]]``.

    Raises:
        UserError: a key is missing or unknown, or a condition is not one.
    """
    section.only("id", "forces", "zh", "en", "source", "any", "younger_than")
    young = None
    if "younger_than" in section.raw:
        inner = section.inner("younger_than").only("column", "years")
        young = YoungerThan(inner.text("column"), inner.whole("years"))
    cases = tuple(_read_case(row) for row in section.each("any"))
    if not cases:
        raise UserError(f"{section.where} any: no case", 'give at least one, such as { guardian_type = "none" }')
    return RedItem(
        id=section.text("id"),
        label=section.label(),
        forces=section.text("forces"),
        source=section.text("source"),
        cases=cases,
        younger_than=young,
    )


def _read_case(section: Section) -> Conditions:
    try:
        case = Conditions.parse(section.raw, section.where)
    except DefinitionError as error:
        raise UserError(str(error), "write it as in { severity = { at_least = 2 } }") from error
    if not case.parts:
        raise UserError(f"{section.where}: an empty case would hold for every child", "name a column and a value")
    return case
