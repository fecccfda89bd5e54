"""The children on every list's frame, with the chance their household had and what a visit found of them.

A household of the frame was drawn or not, with a logged chance. Its outcome is that of the first completed visit in
the horizon after the list that no report triggered, whoever came and why; null where nobody looked (non-response).

A household that was not drawn may have been visited by routine all the same. Who is visited by routine may depend on
things nobody wrote down, so its chance of being known is not known: such labels are kept in the rows for comparison
and never enter an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.cohort import cohort
from features.definition import Definition
from features.definition import structure as s
from features.known import known_rows
from features.ledger.store import LedgerStore
from features.state import child_state
from models.policy.lists.previous import drawn_up
from training.baselines import last_finding_first, overdue_first, simple_facts
from training.dataset import AS_OF, COUNTY
from training.evaluation import LAST_FINDING, OVERDUE
from training.labels import LABEL, VisitOutcomes, label_cohort, visit_outcomes
from training.plan import ScreeningPlan

LIST = "list_id"
STRATUM = "stratum"
CHANCE = "inclusion_probability"
DRAWN = "drawn"
FRAME_SIZE = "frame_size"
REMOVED = "removed_reason"
_DRAWN_AS = (AS_OF, STRATUM, CHANCE, DRAWN, FRAME_SIZE)
_LISTED = (LIST, s.HOUSEHOLD, AS_OF, STRATUM, CHANCE, DRAWN, FRAME_SIZE, REMOVED)


def listed_children(
    store: LedgerStore, definition: Definition, plan: ScreeningPlan, cut: date, not_before: date | None = None
) -> pl.DataFrame:
    """One row per list and child of its frame, over all counties, for the lists whose horizon is over.

    Args:
        store: the ledger.
        definition: its definition.
        plan: its label rule and the days that visits may take to be recorded.
        cut: the data cut; rows recorded later are not read.
        not_before: lists of earlier as-of dates are left out.

    Returns:
        child_id, household_id, county, region_code, list_id, as_of, stratum, inclusion_probability, drawn,
        frame_size, removed_reason, visit_id, visitor_id, label (null where nobody looked) and two simple rankings.
        A child that was not known on the list's as-of date is in no row.
    """
    parts = [part for county in store.counties() for part in _county(store, county, definition, plan, cut, not_before)]
    return pl.concat(parts) if parts else _none()


def frame_rows(tables: Mapping[str, pl.DataFrame], cut: date) -> pl.DataFrame:
    """Each household on each list: drawn or not, stratum and chance by its first known row, the rest by its last.

    Later rows tell what became of those drawn, or that a person moved one by hand. Who is put on a list because the
    lot passed it by is not drawn: to count it would weigh such households twice. Of a list that was taken back no row
    counts.
    """
    rows = drawn_up(pl.DataFrame(known_rows(tables[s.ASSIGNMENTS], cut).to_native()))
    return (
        rows.sort(s.VALID_FROM, s.RECORDED_ON, s.ROW_ID)
        .group_by(LIST, s.HOUSEHOLD, maintain_order=True)
        .agg(*(pl.col(name).first() for name in _DRAWN_AS), pl.col(REMOVED).last())
        .select(_LISTED)
    )


def _county(
    store: LedgerStore,
    county: str,
    definition: Definition,
    plan: ScreeningPlan,
    cut: date,
    not_before: date | None,
) -> Iterator[pl.DataFrame]:
    if s.ASSIGNMENTS not in definition.tables:
        return
    tables = store.read(county).tables
    over = cut - timedelta(days=plan.label.horizon_days + plan.windows.recording_lag_days)
    frames = frame_rows(tables, cut).filter(pl.col(AS_OF).is_between(not_before or date.min, over))
    if frames.is_empty():
        return
    outcomes = visit_outcomes(tables, definition, plan, cut)
    for as_of in frames[AS_OF].unique().sort():
        frame = frames.filter(pl.col(AS_OF) == as_of)
        yield _list_rows(_Ledger(county, tables, definition, plan), outcomes, as_of, frame)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """A county's tables with what they are read by."""

    county: str
    tables: Mapping[str, pl.DataFrame]
    definition: Definition
    plan: ScreeningPlan


def _list_rows(ledger: _Ledger, outcomes: VisitOutcomes, as_of: date, frame: pl.DataFrame) -> pl.DataFrame:
    state = pl.DataFrame(cohort(child_state(ledger.tables, ledger.definition, as_of), ledger.definition, as_of))
    children = state.select(s.CHILD, s.HOUSEHOLD, s.REGION).join(frame, on=s.HOUSEHOLD).sort(LIST, s.CHILD)
    labelled = label_cohort(children, outcomes, as_of, ledger.plan.label.horizon_days)
    facts = simple_facts(labelled, ledger.tables, as_of)
    return facts.select(
        s.CHILD,
        s.HOUSEHOLD,
        s.REGION,
        *(name for name in _LISTED if name != s.HOUSEHOLD),
        s.VISIT,
        s.VISITOR,
        LABEL,
        pl.lit(ledger.county).alias(COUNTY),
        pl.Series(OVERDUE, overdue_first(facts)),
        pl.Series(LAST_FINDING, last_finding_first(facts)),
    )


def _none() -> pl.DataFrame:
    text = (s.CHILD, s.HOUSEHOLD, s.REGION, LIST, STRATUM, REMOVED, s.VISIT, s.VISITOR, COUNTY)
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(text, pl.String)
    schema |= {AS_OF: pl.Date, CHANCE: pl.Float64, DRAWN: pl.Boolean, FRAME_SIZE: pl.Int64, LABEL: pl.Boolean}
    return pl.DataFrame(schema=schema | {OVERDUE: pl.Float64, LAST_FINDING: pl.Float64})
