"""What a list needs to know of a county: children on file with their duties and due days, and the lists before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from features.cli.console import UserError
from features.cohort import cohort
from features.definition import Definition
from features.definition.structure import (
    ASSIGNMENTS,
    CHILD,
    DUE_ON,
    FILE_STATUS,
    HOUSEHOLD,
    RECORDED_ON,
    REFUSED_ON,
    REGION,
)
from features.known import known_rows
from features.membership import group_column, with_groups
from features.state import child_state
from models.policy.due_dates import KNOWN_ON, LAST_MET, first_known, last_met
from models.policy.duties import RULE, candidates, duties
from models.policy.lists.period import Period
from models.policy.lists.previous import Previous, previous_lists
from models.policy.lists.rules import ListRules
from models.policy.open_findings import OPEN_FINDING
from models.policy.policy import Policy

OPEN_STATUS = "open_status"
REFUSED = "refused"
FINDING_DUE = "finding_due_on"
NEXT_DUE = "next_due_on"
LEVEL = "official_level"
LEVEL_PLACE = "level_place"
NEW = "new"


@dataclass(frozen=True, slots=True)
class ListFacts:
    """The ledger's part of a list, as known on ``as_of``.

    ``children``: a row per child on file, sorted, with home and village, the duty of the period, the next day an open
    finding and any rule is due, the official level and its place (0 the most urgent), the last visit somebody was
    met on, the day the child became known, whether it is new since the last list and whether the model was refused;
    the group column of equal recall only where the policy switches that on.
    ``gone``: drawn households that still waited and have no child on file any more, with the file status.
    """

    county: str
    as_of: dt.date
    period: Period
    definition: Definition
    children: pl.DataFrame
    gone: pl.DataFrame
    previous: Previous
    newest: dt.date | None


def list_facts(
    tables: Mapping[str, pl.DataFrame],
    definition: Definition,
    policy: Policy,
    period: Period,
    as_of: dt.date,
    *,
    county: str,
) -> ListFacts:
    """Read what a list needs from the ledger tables of one county.

    Raises:
        UserError: the policy says nothing about lists, or the period was over on ``as_of``.
    """
    rules = rules_of(policy)
    if as_of > period.end:
        raise UserError(f"the period {period.name} was over on {as_of}", "give a later --period")
    state = pl.DataFrame(child_state(tables, definition, as_of, county=county))
    on_file = pl.DataFrame(cohort(state, definition, as_of)).sort(CHILD)
    previous = previous_lists(tables, rules, period, as_of)
    children = _children(tables, on_file, definition, replace(policy, period_days=(period.end - as_of).days), as_of)
    if rules.equal_recall is not None:
        grouped = with_groups(children, tables, definition, as_of, county=county)
        kept = [name for name in (group_column(rules.equal_recall.group),) if name in grouped.columns]
        children = grouped.select(*children.columns, *kept)
    since = previous.drawn_on or as_of - dt.timedelta(days=policy.period_days)
    return ListFacts(
        county=county,
        as_of=as_of,
        period=period,
        definition=definition,
        children=children.with_columns((pl.col(KNOWN_ON) > since).alias(NEW)),
        gone=_gone(state, on_file, previous),
        previous=previous,
        newest=_newest(tables, as_of),
    )


def rules_of(policy: Policy) -> ListRules:
    """The policy's rules for lists; UserError when it has none."""
    if policy.lists is None:
        raise UserError(f"policy {policy.name} says nothing about lists", "add the section [lists] to the policy file")
    return policy.lists


def _children(
    tables: Mapping[str, pl.DataFrame], on_file: pl.DataFrame, definition: Definition, policy: Policy, as_of: dt.date
) -> pl.DataFrame:
    open_status = definition.roles.get(OPEN_STATUS, ())
    dues = candidates(tables, on_file, policy, open_status, as_of)
    finding = pl.col(DUE_ON).filter(pl.col(RULE).str.starts_with(OPEN_FINDING)).min()
    next_due = dues.group_by(CHILD).agg(finding.alias(FINDING_DUE), pl.col(DUE_ON).min().alias(NEXT_DUE))
    rows = on_file.select(CHILD, HOUSEHOLD, REGION, _refused(on_file, as_of), *_level(policy))
    for added, key in (
        (duties(tables, on_file, policy, open_status, as_of), CHILD),
        (next_due, CHILD),
        (first_known(tables, as_of), CHILD),
        (last_met(tables, as_of), HOUSEHOLD),
    ):
        rows = rows.join(added, on=key, how="left", maintain_order="left")
    return rows.with_columns(pl.col(LAST_MET, KNOWN_ON).cast(pl.Date))


def _refused(state: pl.DataFrame, as_of: dt.date) -> pl.Expr:
    if REFUSED_ON not in state.columns:
        return pl.lit(value=False).alias(REFUSED)
    return (pl.col(REFUSED_ON) <= as_of).fill_null(value=False).alias(REFUSED)


def _level(policy: Policy) -> list[pl.Expr]:
    if policy.levels is None:
        return [pl.lit(None, pl.String).alias(LEVEL), pl.lit(0, pl.Int32).alias(LEVEL_PLACE)]
    column = pl.col(policy.levels.column)
    places = {code: place for place, code in enumerate(policy.levels.codes)}
    place = column.replace_strict(places, default=len(places), return_dtype=pl.Int32)
    return [column.cast(pl.String).alias(LEVEL), place.alias(LEVEL_PLACE)]


def _gone(state: pl.DataFrame, on_file: pl.DataFrame, previous: Previous) -> pl.DataFrame:
    """Waiting households without a child on file: household_id, region_code, why (null: the county knows none)."""
    left = previous.waiting.join(on_file, on=HOUSEHOLD, how="anti").select(HOUSEHOLD)
    why = pl.col(FILE_STATUS) if FILE_STATUS in state.columns else pl.lit(None, pl.String)
    last = (
        state.sort(CHILD).group_by(HOUSEHOLD, maintain_order=True).agg(pl.col(REGION).first(), why.first().alias("why"))
    )
    return left.join(last, on=HOUSEHOLD, how="left", maintain_order="left")


def _newest(tables: Mapping[str, pl.DataFrame], as_of: dt.date) -> dt.date | None:
    """The last day a fact was recorded; what lists say of a household is none."""
    frames = [
        pl.DataFrame(known_rows(frame, as_of).to_native()) for name, frame in tables.items() if name != ASSIGNMENTS
    ]
    return max((day for frame in frames for day in frame[RECORDED_ON].drop_nulls().top_k(1)), default=None)
