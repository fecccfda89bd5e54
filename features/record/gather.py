"""The measures of a program over the rows of one child or household: which rows pass a test is a set of bits.

A test is asked of every row once; the rows of a measure are the bits its tests have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from features.definition.condition import TESTS, Condition, Conditions
from features.operators.passes import Pass
from features.operators.plan import Measure
from features.operators.rows import AGO, CHANGED
from features.record.cell import Cell
from features.record.rows import Row, Rows


def holds(conditions: Conditions, row: Row) -> bool:
    """Whether a row is known to meet all conditions."""
    return all(_holds(part, row) for part in conditions.parts)


def gather(each: Pass, rows: Rows) -> dict[str, float | None]:
    """The measures of a pass over the rows of one key: totals 0 and extremes None where no row takes part."""
    seen = _Seen(rows)
    oldest = each.oldest
    return {
        name: _value(measure, seen.meeting(measure, oldest), rows)
        for measure, name in zip(each.measures, each.columns, strict=True)
    }


@dataclass(slots=True)
class _Seen:
    """Rows, and the bits of the tests already asked of them."""

    rows: Rows
    bits: dict[Any, int]
    every: int

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.bits = {}
        self.every = (1 << len(rows)) - 1

    def meeting(self, measure: Measure, oldest: int) -> int:
        """The rows that take part in a measure, as bits."""
        found = self.every
        for part in measure.where.parts:
            found &= self._bits(part, _holds)
        if measure.changed:
            found &= self._bits(measure.changed, _changed)
        if measure.after:
            found &= self._bits(("after", measure.after), _after)
        if measure.before is not None and measure.before < oldest:
            found &= self._bits(("before", measure.before), _before)
        return found

    def _bits(self, test: Any, ask: Any) -> int:  # noqa: ANN401 - a test and the question it belongs to
        kept = self.bits.get(test)
        if kept is None:
            kept = sum(1 << place for place, row in enumerate(self.rows) if ask(test, row))
            self.bits[test] = kept
        return kept


def _holds(condition: Condition, row: Row) -> bool:
    ask: Callable[[Cell, Any], Cell] = TESTS[condition.test]
    return ask(Cell(row.get(condition.column)), condition.value).value is True


def _changed(columns: tuple[str, ...], row: Row) -> bool:
    return any(row[CHANGED + name] for name in columns)


def _after(test: tuple[str, int], row: Row) -> bool:
    return bool(row[AGO] >= test[1])


def _before(test: tuple[str, int], row: Row) -> bool:
    return bool(row[AGO] < test[1])


def _value(measure: Measure, bits: int, rows: Rows) -> float | None:
    if measure.how == "count":
        return float(bits.bit_count())
    if measure.how == "any":
        return float(bits != 0)
    values = [float(value) for row in _rows(bits, rows) if (value := row.get(measure.column)) is not None]
    if measure.how == "sum":
        return sum(values, 0.0)
    if not values:
        return None
    return max(values) if measure.how == "max" else min(values)


def _rows(bits: int, rows: Rows) -> Iterable[Row]:
    while bits:
        lowest = bits & -bits
        yield rows[lowest.bit_length() - 1]
        bits ^= lowest
