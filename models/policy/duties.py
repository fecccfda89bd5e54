"""The duty of each child: the most urgent visit that law or policy demands in the period, with its rule and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from features.definition.structure import CHILD, DOMAIN, DUE_ON, HOUSEHOLD, SEVERITY
from models.policy.due_dates import INTERVAL, NOT_ASSESSED, first_known, interval_due, last_met
from models.policy.open_findings import OPEN_FINDING, by_child, follow_up_due, open_findings
from models.policy.policy import Policy
from models.policy.red_items import RED_ITEM

RULE = "rule"
RULE_SEVERITY = "rule_severity"
_FORCED = "forced_level"

CANDIDATE_SCHEMA = pl.Schema({CHILD: pl.String, RULE: pl.String, RULE_SEVERITY: pl.Int32, DUE_ON: pl.Date})


def duties(
    tables: Mapping[str, pl.DataFrame],
    state: pl.DataFrame,
    policy: Policy,
    open_status: Sequence[str],
    as_of: dt.date,
) -> pl.DataFrame:
    """The duty of every child of ``state``, in its order.

    Args:
        tables: the ledger tables of one county.
        state: one row per child as known on ``as_of`` (children and household columns).
        policy: the rules in force.
        open_status: the status codes that mean a finding is open.
        as_of: the day the duties are asked for; those due by ``as_of`` plus the policy's period count.

    Returns:
        child_id, duty (bool), and for those with a duty duty_rule, duty_due_on, duty_overdue_days (0: not yet due),
        duty_severity (0 is the most severe) and duty_rules, a list of (rule, due_on) with the most urgent first.
    """
    found = candidates(tables, state, policy, open_status, as_of)
    horizon = as_of + dt.timedelta(days=policy.period_days)
    urgent = found.filter(pl.col(DUE_ON) <= horizon).sort(CHILD, DUE_ON, RULE_SEVERITY, RULE)
    grouped = urgent.group_by(CHILD, maintain_order=True).agg(
        pl.col(RULE).first().alias("duty_rule"),
        pl.col(DUE_ON).first().alias("duty_due_on"),
        pl.col(RULE_SEVERITY).first().alias("duty_severity"),
        pl.struct(RULE, DUE_ON).alias("duty_rules"),
    )
    overdue = (pl.lit(as_of) - pl.col("duty_due_on")).dt.total_days().clip(lower_bound=0).cast(pl.Int32)
    return (
        state.select(CHILD)
        .join(grouped, on=CHILD, how="left", maintain_order="left")
        .with_columns(pl.col("duty_rule").is_not_null().alias("duty"), overdue.alias("duty_overdue_days"))
        .select(CHILD, "duty", "duty_rule", "duty_due_on", "duty_overdue_days", "duty_severity", "duty_rules")
    )


def candidates(
    tables: Mapping[str, pl.DataFrame],
    state: pl.DataFrame,
    policy: Policy,
    open_status: Sequence[str],
    as_of: dt.date,
) -> pl.DataFrame:
    """Every rule that applies to a child and the day it asks for, whenever that is.

    Returns:
        child_id, rule, rule_severity, due_on; a row per rule.
    """
    visits = last_met(tables, as_of)
    dated = state.join(visits, on=HOUSEHOLD, how="left").join(first_known(tables, as_of), on=CHILD, how="left")
    findings = by_child(open_findings(tables, open_status, as_of), state)
    follow_ups = follow_up_due(findings, visits, policy.follow_up)
    parts = [_of_findings(follow_ups, policy), *_of_red_items(dated, policy, as_of)]
    if policy.levels is not None:
        parts.append(_of_levels(dated, policy, policy.levels.column))
    return pl.concat([CANDIDATE_SCHEMA.to_frame(), *parts])


def _of_red_items(dated: pl.DataFrame, policy: Policy, as_of: dt.date) -> list[pl.DataFrame]:
    parts = []
    for item in policy.red_items:
        held = item.holding(dated, as_of).with_columns(pl.lit(item.forces).alias(_FORCED))
        due = held.with_columns(interval_due(held, policy.intervals, _FORCED).alias(DUE_ON))
        parts.append(_candidate(due, pl.lit(item.rule), _severity(pl.lit(RED_ITEM), policy)))
    return parts


def _of_levels(dated: pl.DataFrame, policy: Policy, level: str) -> pl.DataFrame:
    rule = pl.format(INTERVAL + ":{}", pl.col(level).fill_null(NOT_ASSESSED))
    due = dated.with_columns(interval_due(dated, policy.intervals, level).alias(DUE_ON))
    return _candidate(due.filter(pl.col(DUE_ON).is_not_null()), rule, _severity(rule, policy))


def _of_findings(findings: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    rule = pl.format(OPEN_FINDING + ":{}:{}", pl.col(DOMAIN), pl.col(SEVERITY))
    kind = pl.format(OPEN_FINDING + ":{}", pl.col(SEVERITY))
    worst = findings.group_by(CHILD, DOMAIN, SEVERITY).agg(pl.col(DUE_ON).min())
    return _candidate(worst, rule, _severity(kind, policy))


def _severity(kind: pl.Expr, policy: Policy) -> pl.Expr:
    places = {rule: place for place, rule in enumerate(policy.most_severe_first)}
    return kind.replace_strict(places, default=len(places), return_dtype=pl.Int32)


def _candidate(frame: pl.DataFrame, rule: pl.Expr, severity: pl.Expr) -> pl.DataFrame:
    return frame.select(CHILD, rule.alias(RULE), severity.alias(RULE_SEVERITY), DUE_ON)
