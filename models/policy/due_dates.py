"""When the next visit is due by level: counted from the last visit where somebody was met, never from an attempt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition import Label
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, MET, RECORDED_ON, VISIT, VISITED_ON, VISITS
from features.known import latest_events
from models.policy.section import Section

INTERVAL = "interval"
NOT_ASSESSED = "not_assessed"
LAST_MET = "last_met_on"
KNOWN_ON = "known_on"


@dataclass(frozen=True, slots=True)
class Interval:
    """Days between completed visits, and days within which a child never visited gets the first one."""

    days: int
    first_visit_days: int


@dataclass(frozen=True, slots=True)
class VisitIntervals:
    """The interval of each level; ``not_assessed`` is that of a child without a level."""

    label: Label
    source: str
    by_level: Mapping[str, Interval]


def read_visit_intervals(section: Section) -> VisitIntervals:
    """Read the ``[visits]`` section."""
    section.only("zh", "en", "source", "intervals")
    table = section.inner("intervals")
    rows = {level: table.inner(level).only("days", "first_visit_days") for level in table.raw}
    return VisitIntervals(
        label=section.label(),
        source=section.text("source"),
        by_level={level: Interval(row.whole("days"), row.whole("first_visit_days")) for level, row in rows.items()},
    )


def last_met(tables: Mapping[str, pl.DataFrame], as_of: dt.date) -> pl.DataFrame:
    """The last completed visit of each household known on ``as_of``: household_id, last_met_on."""
    visits: pl.DataFrame = latest_events(tables, VISITS, (VISIT,), as_of).to_native()
    met = visits.filter(pl.col(MET) & (pl.col(VISITED_ON) <= as_of))
    return met.group_by(HOUSEHOLD).agg(pl.col(VISITED_ON).max().alias(LAST_MET))


def first_known(tables: Mapping[str, pl.DataFrame], as_of: dt.date) -> pl.DataFrame:
    """The day each child came into this county's ledger: child_id, known_on.

    Rows taken back since count too: a correction must not move a duty to a later day.
    """
    rows = tables[CHILDREN].filter(pl.col(RECORDED_ON) <= as_of)
    return rows.group_by(CHILD).agg(pl.col(RECORDED_ON).min().alias(KNOWN_ON))


def interval_due(children: pl.DataFrame, intervals: VisitIntervals, level: str) -> pl.Series:
    """The day each child is due by the interval of its level.

    A child that became known after the last visit to its home was not seen then: it is due within the days of a first
    visit, or by the interval where that is earlier.

    Args:
        children: one row per child with ``last_met_on`` (null: never visited), ``known_on`` and the level column.
        intervals: the days of each level.
        level: the name of the level column; null means not assessed, and so does a level nobody declared.
    """
    code = pl.col(level).fill_null(NOT_ASSESSED)
    days, first = (
        code.replace_strict(values, default=values.get(NOT_ASSESSED), return_dtype=pl.Int32)
        for values in (
            {name: interval.days for name, interval in intervals.by_level.items()},
            {name: interval.first_visit_days for name, interval in intervals.by_level.items()},
        )
    )
    again = pl.col(LAST_MET) + pl.duration(days=days)
    at_first = pl.col(KNOWN_ON) + pl.duration(days=first)
    seen = pl.col(LAST_MET) >= pl.col(KNOWN_ON)
    due = pl.when(seen).then(again).otherwise(pl.min_horizontal(again, at_first))
    return children.select(due.cast(pl.Date).alias("due_on")).to_series()
