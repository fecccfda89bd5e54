"""Follow-up of open findings: on the day the finding states, else after the days its severity allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.cli.console import UserError
from features.definition import Label
from features.definition.structure import (
    CHILD,
    CLOSES,
    DOMAIN,
    DUE_ON,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    OPENS,
    SEVERITY,
    STATUS,
)
from features.known import latest_events
from models.policy.due_dates import LAST_MET
from models.policy.section import Section

OPEN_FINDING = "open_finding"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Days from opening to follow-up by severity. A severity without days is followed up only on a stated day."""

    label: Label
    source: str
    days: Mapping[int, int]


def read_follow_up(section: Section) -> FollowUp:
    """Read the ``[follow_up]`` section."""
    section.only("zh", "en", "source", "days")
    days = section.inner("days")
    for severity in days.raw:
        if not severity.isdecimal():
            raise UserError(f"{days.where}: severity '{severity}'", "wanted severities as whole numbers")
    return FollowUp(
        label=section.label(),
        source=section.text("source"),
        days={int(severity): days.whole(severity) for severity in days.raw},
    )


def open_findings(tables: Mapping[str, pl.DataFrame], open_status: Sequence[str], as_of: dt.date) -> pl.DataFrame:
    """The findings open on ``as_of`` as then known, one row each with the columns of the findings table."""
    rows: pl.DataFrame = latest_events(tables, FINDINGS, (FINDING,), as_of).to_native()
    still_open = pl.col(CLOSES).is_null() | (pl.col(CLOSES) > as_of)
    return rows.filter(pl.col(STATUS).is_in(list(open_status)) & (pl.col(OPENS) <= as_of) & still_open)


def by_child(findings: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """Findings by the children they count for: one of the whole household counts for each child that lives there.

    Args:
        findings: findings with a household and maybe a child.
        children: child_id and household_id, where each child lives now.

    Returns:
        child_id, household_id (where the child lives now, whatever household the finding was made in), domain,
        severity, opens and due_on.
    """
    columns = (CHILD, HOUSEHOLD, DOMAIN, SEVERITY, OPENS, DUE_ON)
    homes = children.select(CHILD, HOUSEHOLD)
    own = findings.filter(pl.col(CHILD).is_not_null()).drop(HOUSEHOLD).join(homes, on=CHILD).select(columns)
    shared = findings.filter(pl.col(CHILD).is_null()).drop(CHILD)
    return pl.concat([own, shared.join(homes, on=HOUSEHOLD).select(columns)])


def follow_up_due(findings: pl.DataFrame, visits: pl.DataFrame, follow_up: FollowUp) -> pl.DataFrame:
    """The findings of children with the day of their next follow-up in ``due_on``; those without a day are left out.

    A completed visit on or after the due day is a follow-up: while the finding stays open, the days of its severity
    start again with that visit. Only a visit where the child lives now counts: elsewhere nobody saw the child.

    Args:
        findings: open findings by child, as ``by_child`` makes them.
        visits: ``last_met_on`` by household.
        follow_up: the days of each severity.
    """
    days = pl.duration(days=pl.col(SEVERITY).replace_strict(dict(follow_up.days), default=None, return_dtype=pl.Int32))
    due = pl.coalesce(pl.col(DUE_ON), pl.col(OPENS) + days)
    again = pl.when(pl.col(LAST_MET) >= due).then(pl.coalesce(pl.col(LAST_MET) + days, due)).otherwise(due)
    joined = findings.join(visits, on=HOUSEHOLD, how="left")
    return joined.with_columns(again.cast(pl.Date).alias(DUE_ON)).filter(pl.col(DUE_ON).is_not_null())
