"""What an operator asks for, as data: numbers gathered over rows, and a formula over them.

A plan holds no engine expression, so that one record can be computed from the same plan without a data-frame engine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

from features.definition.condition import ALWAYS, Conditions

How = Literal["count", "any", "sum", "max", "min"]
Source = Literal["events", "history", "cohort"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number per child or per household (``key``), gathered over rows.

    The rows are those of an event table, of the history of a state table, or the children of the cohort themselves.
    A row takes part when it meets ``where``, when one of the columns ``changed`` differs from the state before it, and
    when its own date lies in the window: ``after <= days ago < before``; without ``before`` dates play no part.
    ``how``: count the rows, 1 if there is any, or the sum, maximum or minimum of ``column``.
    """

    source: Source
    table: str
    key: str
    how: How
    column: str = ""
    where: Conditions = ALWAYS
    changed: tuple[str, ...] = ()
    after: int = 0
    before: int | None = None


# A narwhals expression, or one value of one record that answers to the same operations.
Value = Any


class Values(Protocol):
    """What a formula is written in: columns of a frame, or the values of one record.

    Called with a measure it gives that measure, Float64: a count or a sum is never null, an extreme is where no row is.
    """

    def __call__(self, measure: Measure) -> Value:
        """The value of a measure."""

    def col(self, name: str) -> Value:
        """The value of a column of the state."""

    def lit(self, value: float) -> Value:
        """A value that is the same for every child."""

    def when(self, condition: Value) -> Value:
        """``when(condition).then(value)``: the value where the condition holds, null elsewhere."""


@dataclass(frozen=True, slots=True)
class Formula(ABC):
    """How a feature column is made from the state of a child and from measures over its rows."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures the formula reads."""
        values = (getattr(self, part.name) for part in fields(self))
        return tuple(value for value in values if isinstance(value, Measure))

    @property
    def plain_measure(self) -> Measure | None:
        """The measure whose value is the formula's, when there is nothing more to it."""
        return None

    @abstractmethod
    def expr(self, of: Values) -> Value:
        """The value as a number or yes/no, null where not known, written once for frames and for single records."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one feature needs: a formula per column.

    ``reads`` lists every (table, column) the values depend on. ``range`` is where they usually lie. ``members`` says
    that the measures read other features of the cohort, so they come after those.
    """

    formulas: tuple[Formula, ...]
    reads: frozenset[tuple[str, str]]
    range: tuple[float, float]
    members: bool = False
