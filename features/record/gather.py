"""The measures of a program over the rows of one child or household: which rows pass a test is a set of bits.

A test is asked of every row once; the rows of a measure are the bits its tests have in common.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from features.definition.condition import TESTS, Condition, Conditions
from features.operators.passes import Pass
from features.operators.plan import How, Measure
from features.operators.rows import AGO, CHANGED
from features.record.cell import Cell
from features.record.rows import Row, Rows

Ask = Callable[[Row], bool]


def holds(conditions: Conditions, row: Row) -> bool:
    """Whether a row is known to meet all conditions."""
    return all(_holds(part, row) for part in conditions.parts)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A pass made ready for plain rows: each test of it once, and which of them each measure takes.

    ``nothing`` are the measures where no row takes part: totals 0, extremes None.
    """

    of: Pass
    tests: tuple[Ask, ...]
    parts: tuple[_Part, ...]
    nothing: Mapping[str, float | None]

    @staticmethod
    def of_pass(each: Pass) -> Gathering:
        """Make a pass ready, once per program."""
        tests: dict[Any, Ask] = {}
        parts = []
        for measure, name in zip(each.measures, each.columns, strict=True):
            mine = dict(_tests(measure, each.oldest))
            tests |= mine
            places = tuple(list(tests).index(test) for test in mine)
            parts.append(_Part(name, measure.how, measure.column, places))
        return Gathering(each, tuple(tests.values()), tuple(parts), {part.name: part.value(0, ()) for part in parts})

    def gather(self, rows: Rows) -> dict[str, float | None]:
        """The measures over the rows of one key, by column."""
        bits = [sum(1 << place for place, row in enumerate(rows) if ask(row)) for ask in self.tests]
        every = (1 << len(rows)) - 1
        found = {}
        for part in self.parts:
            taking = every
            for place in part.tests:
                taking &= bits[place]
            found[part.name] = part.value(taking, rows)
        return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One measure: its column, how it is made, what of, and the places of its tests."""

    name: str
    how: How
    column: str
    tests: tuple[int, ...]

    def value(self, bits: int, rows: Rows) -> float | None:
        if self.how == "count":
            return float(bits.bit_count())
        if self.how == "any":
            return float(bits != 0)
        values = [float(value) for row in _rows(bits, rows) if (value := row.get(self.column)) is not None]
        if self.how == "sum":
            return sum(values, 0.0)
        if not values:
            return None
        return max(values) if self.how == "max" else min(values)


def _tests(measure: Measure, oldest: int) -> Iterator[tuple[Any, Ask]]:
    """What a row must pass to take part; every row of the pass is younger than ``oldest``."""
    for part in measure.where.parts:
        yield part, lambda row, part=part: _holds(part, row)  # type: ignore[misc]  # bound now, not later
    if measure.changed:
        names = tuple(CHANGED + name for name in measure.changed)
        yield measure.changed, lambda row: any(row[name] for name in names)
    if measure.after:
        after = measure.after
        yield ("after", after), lambda row: bool(row[AGO] >= after)
    if measure.before is not None and measure.before < oldest:
        before = measure.before
        yield ("before", before), lambda row: bool(row[AGO] < before)


def _holds(condition: Condition, row: Row) -> bool:
    return TESTS[condition.test](Cell(row.get(condition.column)), condition.value).value is True


def _rows(bits: int, rows: Rows) -> Iterable[Row]:
    while bits:
        lowest = bits & -bits
        yield rows[lowest.bit_length() - 1]
        bits ^= lowest
