"""The official level of a child: assessed by people, in declared ranges of points. It is never a band of the score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from features.cli.console import UserError
from features.definition import Label
from models.policy.section import Section


@dataclass(frozen=True, slots=True)
class LevelRange:
    """One level and its points: ``start`` is in, ``below`` is out; the highest level also holds the maximum."""

    level: str
    label: Label
    start: float
    below: float


@dataclass(frozen=True, slots=True)
class LevelScale:
    """The levels of a region from the most urgent up, and the ledger columns that hold an assessed one.

    ``column``, ``assessed_on`` and ``assessed_by`` are columns of the children table. ``ranges`` covers every number
    from ``minimum`` to ``maximum`` exactly once; a scale that does not is refused when it is read.
    """

    column: str
    assessed_on: str
    assessed_by: str
    minimum: float
    maximum: float
    ranges: tuple[LevelRange, ...]
    source: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The level codes, from the fewest points up."""
        return tuple(row.level for row in self.ranges)

    def level_of(self, points: float) -> LevelRange:
        """The level that an assessment of ``points`` means.

        Raises:
            UserError: the points are no number from ``minimum`` to ``maximum``.
        """
        if math.isnan(points) or not self.minimum <= points <= self.maximum:
            raise UserError(f"assessment of {points} points", f"wanted {self.minimum:g} to {self.maximum:g}")
        return next(row for row in reversed(self.ranges) if points >= row.start)


def read_levels(section: Section) -> LevelScale:
    """Read the ``[levels]`` section.

    Raises:
        UserError: a range is empty, two overlap, or some points from minimum to maximum belong to none.
    """
    section.only("column", "assessed_on", "assessed_by", "minimum", "maximum", "source", "ranges")
    maximum = section.number("maximum")
    rows = sorted((_read_range(row, maximum) for row in section.each("ranges")), key=lambda row: row.start)
    _check_exhaustive(rows, section.number("minimum"), maximum, section.where)
    return LevelScale(
        column=section.text("column"),
        assessed_on=section.text("assessed_on"),
        assessed_by=section.text("assessed_by"),
        minimum=section.number("minimum"),
        maximum=maximum,
        ranges=tuple(rows),
        source=section.text("source"),
    )


def _read_range(section: Section, maximum: float) -> LevelRange:
    section.only("level", "zh", "en", "from", "below")
    below = section.number("below") if "below" in section.raw else maximum
    return LevelRange(section.text("level"), section.label(), section.number("from"), below)


def _check_exhaustive(rows: list[LevelRange], minimum: float, maximum: float, where: str) -> None:
    if not rows or len({row.level for row in rows}) != len(rows):
        raise UserError(f"{where} ranges: no level, or a level twice", "give each level one range")
    for row in rows:
        if row.start >= row.below:
            raise UserError(f"{where} ranges: {row.level} is empty ({row.start:g} to {row.below:g})", _ADVICE)
    for lower, upper in pairwise(rows):
        if lower.below != upper.start:
            fault = "overlap" if lower.below > upper.start else "leave a gap"
            pair = f"{lower.level} (below {lower.below:g}) and {upper.level} (from {upper.start:g})"
            raise UserError(f"{where} ranges: {pair} {fault}", _ADVICE)
    if rows[0].start != minimum or rows[-1].below != maximum:
        raise UserError(
            f"{where} ranges: they reach from {rows[0].start:g} to {rows[-1].below:g}, not {minimum:g} to {maximum:g}",
            _ADVICE,
        )


_ADVICE = "each 'below' must be the next level's 'from'; the first starts at the minimum, the last has no 'below'"
