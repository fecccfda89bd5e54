"""Orders an office could make by hand: by the official level, or by points for recorded facts, as a definition says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw
import polars as pl

from features.cli.console import UserError
from features.cohort import years_before
from features.definition import Definition, Label
from features.definition import structure as s
from features.definition.condition import Conditions
from features.state import child_state
from models.policy.section import Section

OFFICIAL_LEVEL = "official_level"
LEVEL_URGENCY = "level_urgency"
POINTS = "points"


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded fact and its points: given once when any of its cases holds and the child is young enough.

    A value that is not known gives no point. ``born`` and ``younger_than``: a date column and an age in years.
    """

    label: Label
    points: float
    cases: tuple[Conditions, ...]
    born: str = ""
    younger_than: int = 0

    def given(self, as_of: date) -> nw.Expr:
        """The fact's points on a day, as a column that is never null."""
        held = nw.any_horizontal(*(case.expr() for case in self.cases), ignore_nulls=True)
        if self.born:
            young = nw.col(self.born) > years_before(as_of, self.younger_than)
            held = held & young.fill_null(value=False)
        return held.cast(nw.Float64) * self.points


@dataclass(frozen=True, slots=True)
class SimpleOrders:
    """What a definition's ``[simple_orders]`` says: the column and codes of the official level, and points per fact.

    ``codes`` stand from the most to the least urgent. ``level_column`` is "" and ``facts`` empty where the definition
    has none: then the baseline is not measured.
    """

    level_column: str
    codes: tuple[str, ...]
    facts: tuple[Fact, ...]

    @staticmethod
    def of(definition: Definition) -> SimpleOrders:
        """Read the section of a definition; without one there are no such orders.

        Raises:
            UserError: a key is missing or unknown, or a column is none of the children's or households'.
        """
        if not definition.simple_orders:
            return SimpleOrders("", (), ())
        section = Section(definition.simple_orders, f"{definition.name} ledger.toml [simple_orders]")
        section.only("level_column", "points_source", "points")
        level = section.text("level_column") if "level_column" in section.raw else ""
        facts = tuple(_fact(row) for row in section.each("points")) if "points" in section.raw else ()
        if facts and not section.text("points_source"):
            raise UserError(f"{section.where} points_source: empty", "say where the points come from")
        columns = {**definition.tables[s.HOUSEHOLDS].columns, **definition.tables[s.CHILDREN].columns}
        spoken = [level, *(name for fact in facts for case in fact.cases for name in case.columns)]
        for name in (*spoken, *(fact.born for fact in facts)):
            if name and name not in columns:
                raise UserError(f"{section.where}: no column '{name}'", f"use one of {s.CHILDREN} or {s.HOUSEHOLDS}")
        return SimpleOrders(level, definition.code_values(columns[level]) if level else (), facts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that ``added`` adds."""
        level = (OFFICIAL_LEVEL, LEVEL_URGENCY) if self.level_column else ()
        return (*level, *((POINTS,) if self.facts else ()))

    def added(
        self, cohort: pl.DataFrame, tables: Mapping[str, pl.DataFrame], definition: Definition, as_of: date
    ) -> pl.DataFrame:
        """The cohort with what is known of each child on the day.

        ``official_level``: the code assessed last, null if none. ``level_urgency``: 0 for the least urgent code and
        one more for each above it. ``points``: the sum over the facts.
        """
        if not self.columns:
            return cohort
        state: nw.DataFrame[pl.DataFrame] = nw.from_native(child_state(tables, definition, as_of), eager_only=True)
        urgency = {code: len(self.codes) - 1 - place for place, code in enumerate(self.codes)}
        made = []
        if self.level_column:
            level = nw.col(self.level_column)
            ranked = level.replace_strict(urgency, default=None, return_dtype=nw.Int64)
            made += [level.alias(OFFICIAL_LEVEL), ranked.alias(LEVEL_URGENCY)]
        if self.facts:
            made.append(nw.sum_horizontal(*(fact.given(as_of) for fact in self.facts)).alias(POINTS))
        return cohort.join(state.select(s.CHILD, *made).to_native(), on=s.CHILD, how="left", maintain_order="left")


def _fact(section: Section) -> Fact:
    section.only("zh", "en", "points", "any", "younger_than")
    young = section.inner("younger_than").only("column", "years") if "younger_than" in section.raw else None
    return Fact(
        label=section.label(),
        points=section.number("points"),
        cases=tuple(Conditions.parse(row.raw, row.where) for row in section.each("any")),
        born=young.text("column") if young else "",
        younger_than=young.whole("years") if young else 0,
    )
