"""Labels: was a new need recorded for this child on the first completed visit of the horizon? Nobody looked, no label.

What a visit found does not depend on the as-of date, so it is worked out once per county (``visit_outcomes``) and
joined to the cohort of each as-of date (``label_cohort``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.known import known_rows, latest_rows
from training.plan import LabelRule, ScreeningPlan

LABEL = "label"
ALL_NEEDS = "all_needs"
OUTCOME = "outcome"
PARTLY_POSITIVE = "partly_positive"
LABEL_OF = "label_"
"""What the column of one domain's label begins with; the domain follows."""

LABELLED = "labelled"
NO_VISIT = "no_visit"
NOT_SEEN = "not_seen"
PARTLY_ASSESSED = "partly_assessed"

_BEFORE = "severity_before"


@dataclass(frozen=True, slots=True)
class VisitOutcomes:
    """What the visits of one county found, as known at the data cut-off.

    ``visits``: completed visits that no report triggered (visit, household, day, visitor). ``children``: one row per
    visit and child with ``outcome``, ``label`` and ``all_needs`` (Boolean, null unless every domain of the plan was
    looked at on a child who was seen), ``label_<domain>`` (a new need in that domain; null unless it was looked at on a
    child who was seen) and ``partly_positive`` (a new need recorded where the label must be null).
    """

    visits: pl.DataFrame
    children: pl.DataFrame


def visit_outcomes(
    tables: Mapping[str, pl.DataFrame], definition: Definition, plan: ScreeningPlan, cut: date
) -> VisitOutcomes:
    """Work out, for every visit that can give a label, what it found for each child.

    A new need is a finding of that visit, at least as severe as the plan says, in a domain where no finding of the
    child or its household was open just before the visit, or more severe than the open one.

    Args:
        tables: the county's ledger tables, typed as the data contract says.
        definition: the ledger definition of the tables.
        plan: its label rule says which domains and what severity count.
        cut: the data cut-off; rows recorded later are not read.
    """
    domains = plan.domains(definition)
    visits = _visits(tables[s.VISITS], definition, cut)
    states = _finding_states(tables[s.FINDINGS], domains, cut)
    is_open = pl.col(s.STATUS).is_in(definition.roles["open_status"])
    first = pl.col(s.VALID_FROM) == pl.col(s.VALID_FROM).min().over(s.FINDING)
    recorded = _recorded(states.filter(is_open | first), visits)
    pairs = _pairs(tables[s.ASSESSMENTS], recorded, visits, cut)
    before = _open_before(states.filter(is_open), pairs)
    needs = _needs_by_child(recorded, pairs)
    return VisitOutcomes(visits, _children(pairs, needs, before, domains, plan.label))


def label_cohort(cohort: pl.DataFrame, outcomes: VisitOutcomes, as_of: date, horizon_days: int) -> pl.DataFrame:
    """Label each child of a cohort by the first completed visit in ``(as_of, as_of + horizon_days]``.

    Returns:
        The rows of ``cohort`` (child_id, household_id, ...) in its order with visit_id, visitor_id (audit only),
        outcome, label, all_needs, label_<domain> of each domain of the plan and partly_positive added.
    """
    last = as_of + timedelta(days=horizon_days)
    first = (
        outcomes.visits.filter((pl.col(s.VISITED_ON) > as_of) & (pl.col(s.VISITED_ON) <= last))
        .sort(s.VISITED_ON, s.VISIT)
        .unique(s.HOUSEHOLD, keep="first", maintain_order=True)
        .drop(s.VISITED_ON)
    )
    return (
        cohort.join(first, on=s.HOUSEHOLD, how="left", maintain_order="left")
        .join(outcomes.children, on=[s.VISIT, s.CHILD], how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col(s.VISIT).is_null())
            .then(pl.lit(NO_VISIT))
            .otherwise(pl.col(OUTCOME).fill_null(NOT_SEEN))
            .alias(OUTCOME),
            pl.col(PARTLY_POSITIVE).fill_null(value=False),
        )
    )


def domain_labels(domains: Sequence[str]) -> tuple[str, ...]:
    """The label columns of some domains, in their order."""
    return tuple(LABEL_OF + domain for domain in domains)


def visit_weights(visits: pl.Series) -> pl.Series:
    """Weights that give each visit a total of 1 over all the rows it labels, siblings and as-of dates alike: Float64.

    Made within one window: its visits label no other window, since the gap is at least the horizon.
    """
    counted = pl.DataFrame({s.VISIT: visits})
    return counted.select((1.0 / pl.len().over(s.VISIT)).alias("weight"))["weight"]


def _known(frame: pl.DataFrame, key: Sequence[str], cut: date) -> pl.DataFrame:
    return pl.DataFrame(latest_rows(known_rows(frame, cut), list(key)).to_native())


def _visits(visits: pl.DataFrame, definition: Definition, cut: date) -> pl.DataFrame:
    reported = definition.roles.get("report_purposes", ())
    return (
        _known(visits, [s.VISIT], cut)
        .filter(pl.col(s.MET).fill_null(value=False) & ~pl.col(s.PURPOSE).is_in(reported).fill_null(value=False))
        .select(s.VISIT, s.HOUSEHOLD, s.VISITED_ON, s.VISITOR)
    )


def _finding_states(findings: pl.DataFrame, domains: Sequence[str], cut: date) -> pl.DataFrame:
    """The states each finding went through, corrections applied; ``until`` is the day the next state begins."""
    keys = [s.FINDING, s.VALID_FROM, s.STATUS]
    return (
        _known(findings, keys, cut)
        .filter(pl.col(s.DOMAIN).is_in(domains))
        .sort(s.FINDING, s.VALID_FROM, s.RECORDED_ON, s.ROW_ID)
        .with_columns(until=pl.col(s.VALID_FROM).shift(-1).over(s.FINDING))
        .select(
            s.FINDING, s.VISIT, s.CHILD, s.HOUSEHOLD, s.DOMAIN, s.SEVERITY, s.STATUS, s.VALID_FROM, s.CLOSES, "until"
        )
    )


def _recorded(states: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Needs as the visit itself recorded them: later changes that still name the visit are not what it found.

    A need settled on the spot, or sent only in its closed state, was found all the same.
    """
    return (
        states.sort(s.VALID_FROM)
        .unique([s.FINDING, s.VISIT], keep="first", maintain_order=True)
        .join(visits.select(s.VISIT), on=s.VISIT, how="semi")
        .select(s.VISIT, s.CHILD, s.DOMAIN, s.SEVERITY)
    )


def _pairs(assessments: pl.DataFrame, recorded: pl.DataFrame, visits: pl.DataFrame, cut: date) -> pl.DataFrame:
    """Every child that a visit speaks of: assessed, or named by a finding all the same."""
    assessed = _known(assessments, [s.VISIT, s.CHILD], cut).select(s.VISIT, s.CHILD, s.SEEN, s.DOMAINS_ASSESSED)
    named = recorded.filter(pl.col(s.CHILD).is_not_null()).select(s.VISIT, s.CHILD).unique()
    return (
        pl.concat([assessed, named.join(assessed, on=[s.VISIT, s.CHILD], how="anti")], how="diagonal")
        .join(visits.select(s.VISIT, s.HOUSEHOLD, s.VISITED_ON), on=s.VISIT, how="inner")
        .sort(s.VISIT, s.CHILD)
    )


def _needs_by_child(recorded: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The worst need per visit, child and domain; a household's need counts for each child of the visit."""
    own = recorded.filter(pl.col(s.CHILD).is_not_null())
    of_household = recorded.filter(pl.col(s.CHILD).is_null()).drop(s.CHILD)
    spread = of_household.join(pairs.select(s.VISIT, s.CHILD), on=s.VISIT).select(own.columns)
    return pl.concat([own, spread]).group_by(s.VISIT, s.CHILD, s.DOMAIN).agg(pl.col(s.SEVERITY).max())


def _open_before(states: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The worst finding open just before each visit, per child and domain, the household's own included."""
    keys = pairs.select(s.VISIT, s.CHILD, s.HOUSEHOLD, s.VISITED_ON)
    held = states.rename({s.VISIT: "opened_by"})
    own = keys.join(held.filter(pl.col(s.CHILD).is_not_null()).drop(s.HOUSEHOLD), on=s.CHILD)
    shared = keys.join(held.filter(pl.col(s.CHILD).is_null()).drop(s.CHILD), on=s.HOUSEHOLD)
    day = pl.col(s.VISITED_ON)
    open_then = (
        (pl.col(s.VALID_FROM) < day)
        & (pl.col("until").is_null() | (pl.col("until") >= day))
        & (pl.col(s.CLOSES).is_null() | (pl.col(s.CLOSES) >= day))
        & (pl.col("opened_by") != pl.col(s.VISIT)).fill_null(value=True)
    )
    return (
        pl.concat([own, shared], how="diagonal")
        .filter(open_then)
        .group_by(s.VISIT, s.CHILD, s.DOMAIN)
        .agg(pl.col(s.SEVERITY).max().alias(_BEFORE))
    )


def _children(
    pairs: pl.DataFrame, needs: pl.DataFrame, before: pl.DataFrame, domains: Sequence[str], rule: LabelRule
) -> pl.DataFrame:
    by_domain = needs.join(before, on=[s.VISIT, s.CHILD, s.DOMAIN], how="full", coalesce=True)
    counts = pl.col(s.SEVERITY) >= rule.severity
    new = counts & (pl.col(s.SEVERITY) > pl.col(_BEFORE).fill_null(-1))
    own = domain_labels(domains)
    found = by_domain.group_by(s.VISIT, s.CHILD).agg(
        new.any().alias("new_need"),
        (counts | (pl.col(_BEFORE) >= rule.severity)).any().alias("any_need"),
        *((new & (pl.col(s.DOMAIN) == domain)).any().alias(name) for domain, name in zip(domains, own, strict=True)),
    )
    seen = pl.col(s.SEEN).fill_null(value=False)
    looked_at = {
        name: seen & pl.col(s.DOMAINS_ASSESSED).str.contains(f";{domain};", literal=True).fill_null(value=False)
        for domain, name in zip(domains, own, strict=True)
    }
    whole = pl.all_horizontal(*looked_at.values())
    new_need, any_need = (pl.col(name).fill_null(value=False) for name in ("new_need", "any_need"))
    return pairs.join(found, on=[s.VISIT, s.CHILD], how="left", maintain_order="left").select(
        s.VISIT,
        s.CHILD,
        pl.when(whole)
        .then(pl.lit(LABELLED))
        .when(seen)
        .then(pl.lit(PARTLY_ASSESSED))
        .otherwise(pl.lit(NOT_SEEN))
        .alias(OUTCOME),
        pl.when(whole).then(new_need).alias(LABEL),
        pl.when(whole).then(any_need).alias(ALL_NEEDS),
        *(pl.when(looked).then(pl.col(name).fill_null(value=False)).alias(name) for name, looked in looked_at.items()),
        (new_need & ~whole).alias(PARTLY_POSITIVE),
    )
