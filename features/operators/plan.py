"""What an operator asks for, as data: numbers gathered over rows, and a formula over them.

A plan holds no engine expression, so that one record can be computed from the same plan without a data-frame engine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

import narwhals as nw

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


Named = Callable[[Measure], nw.Expr]


@dataclass(frozen=True, slots=True)
class Formula:
    """How a feature column is made from the state of a child and from measures over its rows."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures the formula reads."""
        values = (getattr(self, part.name) for part in fields(self))
        return tuple(value for value in values if isinstance(value, Measure))

    def expr(self, of: Named) -> nw.Expr:
        """The value as a Float64 expression, null where not known; ``of`` gives the column of a measure."""
        raise NotImplementedError


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
