"""One pass over rows: every measure of the same rows and key gathered by one group-by of plain aggregates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

from features.definition.condition import Condition
from features.frames import on_spark, spoken
from features.known import Frame
from features.operators.plan import How, Measure, Value
from features.operators.rows import AGO, CHANGED


@dataclass(frozen=True, slots=True)
class Younger:
    """A row less than ``days`` old."""

    days: int

    def expr(self, words: Any) -> Value:  # noqa: ANN401 - a module
        """A boolean expression in the words of a module."""
        return words.col(AGO) < self.days


@dataclass(frozen=True, slots=True)
class Older:
    """A row at least ``days`` old."""

    days: int

    def expr(self, words: Any) -> Value:  # noqa: ANN401 - a module
        """A boolean expression in the words of a module."""
        return words.col(AGO) >= self.days


@dataclass(frozen=True, slots=True)
class Changed:
    """A state in which one of the columns changed."""

    columns: tuple[str, ...]

    def expr(self, words: Any) -> Value:  # noqa: ANN401 - a module
        """A boolean expression in the words of a module."""
        return reduce(or_, (words.col(CHANGED + name) for name in self.columns))


Test = Condition | Younger | Older | Changed

_WAY: Mapping[How, str] = {"count": "sum", "any": "max", "sum": "sum", "max": "max", "min": "min"}
_AGGREGATES: Mapping[str, Callable[[Value], Value]] = {
    "sum": lambda column: column.sum(),
    "max": lambda column: column.max(),
    "min": lambda column: column.min(),
}


@dataclass(frozen=True, slots=True)
class Pass:
    """Measures over the same rows for the same key, gathered together; ``columns`` names each in the result."""

    source: str
    table: str
    key: str
    measures: tuple[Measure, ...]
    columns: tuple[str, ...]

    @property
    def oldest(self) -> int:
        """Days beyond which no row takes part."""
        return max((measure.before or 0 for measure in self.measures), default=0)

    @property
    def row_columns(self) -> tuple[str, ...]:
        """The columns of the rows that the measures read."""
        read = [name for each in self.measures for name in (each.column, *each.where.columns, *each.changed)]
        return tuple(dict.fromkeys(name for name in read if name and name != AGO))

    @property
    def totals(self) -> tuple[str, ...]:
        """The result columns that are 0 where there are no rows."""
        named = zip(self.measures, self.columns, strict=True)
        return tuple(name for measure, name in named if measure.how in ("count", "any", "sum"))

    def gather(self, rows: Frame) -> Frame:
        """One row per key with the value of every measure; a key without rows is not in it.

        Masks are columns first and the aggregates are plain sums, maxima and minima: filtered aggregates inside a
        group-by do not work on every engine.
        """
        native, words = spoken(rows)
        tests = tuple(dict.fromkeys(test for measure in self.measures for test in self._tests(measure)))
        masks = {test: f"_mask{place}" for place, test in enumerate(tests)}
        named = tuple(zip(self.measures, self.columns, strict=True))
        one = _one if on_spark(rows) else _itself
        added = [
            _value(each, [words.col(masks[test]) for test in self._tests(each)], words, one).alias(name)
            for each, name in named
        ]
        chosen = {way: [name for each, name in named if _WAY[each.how] == way] for way in _AGGREGATES}
        aggregates = [_AGGREGATES[way](words.col(*names)) for way, names in chosen.items() if names]
        if masks:
            native = native.with_columns(*(_mask(test, words).alias(name) for test, name in masks.items()))
        gathered: Frame = nw.from_native(native.select(self.key, *added).group_by(self.key).agg(*aggregates))
        return gathered

    def _tests(self, measure: Measure) -> tuple[Test, ...]:
        """What a row must pass to take part in a measure; all rows of the pass are younger than ``oldest``."""
        tests: list[Test] = [*measure.where.parts]
        if measure.changed:
            tests.append(Changed(measure.changed))
        if measure.after:
            tests.append(Older(measure.after))
        if measure.before is not None and measure.before < self.oldest:
            tests.append(Younger(measure.before))
        return tuple(tests)


def _mask(test: Test, words: Any) -> Value:  # noqa: ANN401 - a module
    return test.maybe(words) if isinstance(test, Condition) else test.expr(words)


def _itself(mask: Value) -> Value:
    return mask


def _one(mask: Value) -> Value:
    """Spark adds up no yes and no."""
    return nw.when(mask).then(nw.lit(1))


def _value(measure: Measure, masks: list[Value], words: Any, one: Callable[[Value], Value]) -> Value:  # noqa: ANN401 - a module
    """What one row adds to a measure; nothing, or null for an extreme, where a mask is false."""
    mask = reduce(and_, masks) if masks else None
    if measure.how in ("count", "any"):
        return words.lit(1) if mask is None else one(mask)
    column = words.col(measure.column)
    column = column if measure.column == AGO else column.cast(words.Float64)
    return column if mask is None else words.when(mask).then(column)
