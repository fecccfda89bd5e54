"""The few ways a feature's value is made: from the state of a child and from measures over its rows."""

from __future__ import annotations

from dataclasses import dataclass

from features.operators.plan import Formula, Measure, Value, Values
from features.operators.rows import AS_OF, AS_OF_YEAR, KNOWN

AREA = "area__"
# The Gregorian calendar's average year.
YEAR_DAYS = 365.2425
# Averages of an area are summed in thousandths, as whole numbers: neither row order nor engine moves the last digit.
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class StateNumber(Formula):
    """A number, or a yes/no as 1 and 0, of the state as it is."""

    column: str

    def expr(self, of: Values) -> Value:
        """The value; null when not known."""
        return of.col(self.column)


@dataclass(frozen=True, slots=True)
class StateLevel(Formula):
    """An ordered category as a number; a category without a declared number is not known."""

    column: str
    levels: tuple[tuple[str, float], ...]

    def expr(self, of: Values) -> Value:
        """The number of the category; null when it has none or is not known."""
        return of.col(self.column).replace_strict(dict(self.levels), default=None)


@dataclass(frozen=True, slots=True)
class StateCode(Formula):
    """Whether a category has one code, or a list of categories (``listed``) holds it."""

    column: str
    code: str
    listed: bool = False

    def expr(self, of: Values) -> Value:
        """1 or 0; 0 for a category the definition does not know; null when not known."""
        column = of.col(self.column)
        holds = column.str.contains(f";{self.code};", literal=True) if self.listed else column == self.code
        return of.when(of.col(KNOWN + self.column)).then(holds)


@dataclass(frozen=True, slots=True)
class StateDays(Formula):
    """Days from a date of the state to the as-of date, at most ``at_most``."""

    column: str
    at_most: int

    def expr(self, of: Values) -> Value:
        """Days; null when the date is not known or lies ahead."""
        days = of.col(AS_OF) - of.col(self.column)
        return of.when(days >= 0).then(days.clip(upper_bound=self.at_most))


@dataclass(frozen=True, slots=True)
class StateYears(Formula):
    """Age at the as-of date from a date of the state, in tenths of a year begun and finished."""

    column: str

    def expr(self, of: Values) -> Value:
        """Years; null when the date is not known or lies ahead."""
        years = (((of.col(AS_OF) - of.col(self.column)) / YEAR_DAYS) * 10).floor() / 10
        return of.when(years >= 0).then(years)


@dataclass(frozen=True, slots=True)
class StateYearsOfYear(Formula):
    """Age reached in the year of the as-of date, from a year of birth."""

    column: str

    def expr(self, of: Values) -> Value:
        """Years; null when the year is not known or lies ahead."""
        years = of.col(AS_OF_YEAR) - of.col(self.column)
        return of.when(years >= 0).then(years)


@dataclass(frozen=True, slots=True)
class Total(Formula):
    """A count or a sum; no row is 0."""

    rows: Measure

    @property
    def plain_measure(self) -> Measure | None:
        """The total itself."""
        return self.rows

    def expr(self, of: Values) -> Value:
        """The total, never null."""
        return of(self.rows)


@dataclass(frozen=True, slots=True)
class Extreme(Formula):
    """The greatest or smallest value; ``when_none`` when there is no row (None: not known)."""

    rows: Measure
    when_none: float | None = None

    @property
    def plain_measure(self) -> Measure | None:
        """The value itself, unless no row means something."""
        return self.rows if self.when_none is None else None

    def expr(self, of: Values) -> Value:
        """The value."""
        value = of(self.rows)
        return value if self.when_none is None else value.fill_null(self.when_none)


@dataclass(frozen=True, slots=True)
class Share(Formula):
    """The share of some rows among others."""

    part: Measure
    whole: Measure

    def expr(self, of: Values) -> Value:
        """Between 0 and 1; null when there is nothing to be a share of."""
        whole = of(self.whole)
        return of.when(whole > 0).then(of(self.part) / whole)


@dataclass(frozen=True, slots=True)
class Difference(Formula):
    """Total of the recent rows less that of the earlier ones."""

    recent: Measure
    earlier: Measure

    def expr(self, of: Values) -> Value:
        """The difference, never null."""
        return of(self.recent) - of(self.earlier)


@dataclass(frozen=True, slots=True)
class NotBefore(Formula):
    """Whether the nearest row of one kind is no further back than the nearest of another."""

    of_kind: Measure
    event: Measure

    def expr(self, of: Values) -> Value:
        """1 or 0; null when there was no event."""
        event = of(self.event)
        found = (of(self.of_kind) <= event).fill_null(False)
        return of.when(~event.is_null()).then(found)


@dataclass(frozen=True, slots=True)
class Others(Formula):
    """The total over the members of a unit less the child's own part: a column, or 1 when it is only counted."""

    unit: Measure
    own: str = ""

    def expr(self, of: Values) -> Value:
        """The total of the others, never null."""
        own = of.col(self.own).fill_null(0.0) if self.own else of.lit(1.0)
        return of(self.unit) - own


@dataclass(frozen=True, slots=True)
class AreaRest(Formula):
    """A fact of the area without the household itself, from sums and counts.

    ``part`` and ``whole`` are the household's own; the area's stand in the columns ``area__NAME_part`` and ``_whole``.
    With ``whole`` the value is an average or share, without it the part itself. ``thousandths``: the part is so kept.
    """

    name: str
    minimum: int
    thousandths: bool
    part: Measure
    whole: Measure | None = None

    def expr(self, of: Values) -> Value:
        """The value; null where fewer than ``minimum`` others are known, or the area is not.

        Also null where the household holds more than its area: an older area table knows another state of it.
        """
        part = of.col(area_part(self.name)) - own_part(self, of)
        if self.whole is None:
            return of.when(part >= 0).then(part)
        whole = of.col(area_whole(self.name)) - of(self.whole)
        scale = THOUSANDTHS if self.thousandths else 1
        return of.when((whole >= self.minimum) & (whole > 0) & (part >= 0)).then(part / (whole * scale))


def own_part(fact: AreaRest, of: Values) -> Value:
    """What one household adds to the part of its area."""
    part = of(fact.part).fill_null(0.0)
    return (part * THOUSANDTHS + 0.5).floor() if fact.thousandths else part


def own_whole(fact: AreaRest, of: Values) -> Value:
    """What one household adds to the whole of its area; its part again when nothing is averaged."""
    return own_part(fact, of) if fact.whole is None else of(fact.whole)


def area_part(name: str) -> str:
    """The column of the area table that holds the part of a fact."""
    return f"{AREA}{name}_part"


def area_whole(name: str) -> str:
    """The column of the area table that holds the whole of a fact."""
    return f"{AREA}{name}_whole"
