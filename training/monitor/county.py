"""One county on a day: everything monitoring looks at, made in a worker process, without a child in what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cohort import cohort
from features.definition import Definition
from features.definition import structure as s
from features.definition.feature import feature_specs
from features.known import known_rows
from features.ledger.store import LedgerStore
from features.membership import with_groups
from features.state import child_state
from features.table import FeatureTable, build_feature_table
from models.release.reference import FeatureReference, ReferenceDistribution
from models.risk_model import RiskModel
from training.labels import label_cohort, visit_outcomes
from training.monitor.drift import Divergence, UnknownShare, bin_of, divergence, unknown_share
from training.monitor.expected import Expectation, Realised, expectation, first_of, realised
from training.monitor.limits import DriftLimits
from training.monitor.lists import Coverage, GroupKey, GroupSums, coverage, group_sums, overridden
from training.monitor.scored import SCORE, ScoredDay, score_day, score_earlier
from training.plan import ScreeningPlan

IntArray = npt.NDArray[np.intp]
Tables = Mapping[str, pl.DataFrame]

AREA_OPERATOR = "area"
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a county is compared with: the release in use and how its inputs and scores looked when it was made.

    ``size``: how many children the reference stands for.
    """

    model: RiskModel
    definition: Definition
    plan: ScreeningPlan
    features: ReferenceDistribution
    score: FeatureReference
    size: int
    limits: DriftLimits


@dataclass(frozen=True, slots=True)
class CountyJob:
    """A county to look at. ``listed`` are its scores of the day, ``earlier`` those of a day whose labels are in.

    Both are made with the release where no folder of scores has them.
    """

    store: LedgerStore
    county: str
    watched: Watched
    as_of: date
    listed: ScoredDay | None = None
    earlier: ScoredDay | None = None


@dataclass(frozen=True, slots=True)
class FeatureWatch:
    """One input of the model beside its reference; None where nothing can be told."""

    name: str
    drift: Divergence | None
    unknown: UnknownShare | None


@dataclass(frozen=True, slots=True)
class ScoreWatch:
    """The scores of a county: how many, lowest and highest (None without one), and their drift."""

    scored: int
    lowest: float | None
    highest: float | None
    drift: Divergence | None


@dataclass(frozen=True, slots=True)
class CountyWatch:
    """What was seen of a county. ``children_before``: in the cohort a month earlier, as it was known then."""

    county: str
    children: int
    households: int
    children_before: int
    newest_recorded_on: date | None
    features: tuple[FeatureWatch, ...]
    score: ScoreWatch
    expected: Expectation
    realised: Realised
    groups: Mapping[GroupKey, GroupSums]
    strata: Mapping[str, Coverage]
    overridden: tuple[int, int] | None


def watch_county(job: CountyJob) -> CountyWatch:
    """Look at one county."""
    watched, as_of = job.watched, job.as_of
    definition, plan = watched.definition, watched.plan
    tables = job.store.read(job.county).tables
    table = build_feature_table(tables, definition, as_of, county=job.county)
    own = score_day(table, tables, watched.model, definition)
    listed = job.listed or own
    outcomes = visit_outcomes(tables, definition, plan, as_of)
    earlier = job.earlier or score_earlier(tables, job.county, watched.model, definition, labels_known_for(plan, as_of))
    labels = label_cohort(earlier.rows.select(s.CHILD, s.HOUSEHOLD), outcomes, earlier.as_of, plan.label.horizon_days)
    return CountyWatch(
        county=job.county,
        children=len(table.frame),
        households=pl.DataFrame(table.frame)[s.HOUSEHOLD].n_unique(),
        children_before=_children(tables, definition, as_of - _MONTH, job.county),
        newest_recorded_on=newest_recorded(tables, as_of),
        features=watch_features(table, watched.definition, watched.features, watched.size, watched.limits),
        score=_score(own, watched),
        expected=expectation(listed.rows[first_of(listed, plan)]),
        realised=realised(earlier, labels, plan),
        groups=_groups(listed, tables, job),
        strata=coverage(tables, definition, plan, outcomes, as_of),
        overridden=overridden(_with_decisions(job, tables), definition, plan, as_of),
    )


def _with_decisions(job: CountyJob, tables: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    """The tables with what people decided, where the ledger was ever told of it."""
    told = job.store.manifest.decisions
    decided = job.store.read_decisions(job.county, job.watched.definition)
    return {**tables, **{name: rows for name, rows in decided.items() if name in told}}


def labels_known_for(plan: ScreeningPlan, as_of: date) -> date:
    """The last day whose labels are known on ``as_of``: its horizon is over and visits had time to be written down."""
    return as_of - timedelta(days=plan.label.horizon_days + plan.windows.recording_lag_days)


def newest_recorded(tables: Tables, as_of: date) -> date | None:
    """The last day on which anything but a list was recorded; None when nothing was."""
    days = [
        pl.DataFrame(known_rows(frame, as_of).to_native())[s.RECORDED_ON].max()
        for name, frame in tables.items()
        if name != s.ASSIGNMENTS
    ]
    return max((day for day in days if isinstance(day, date)), default=None)


def _children(tables: Tables, definition: Definition, as_of: date, county: str) -> int:
    return len(cohort(child_state(tables, definition, as_of, county=county), definition, as_of))


def watch_features(
    table: FeatureTable, definition: Definition, references: ReferenceDistribution, size: int, limits: DriftLimits
) -> tuple[FeatureWatch, ...]:
    """Every input of a model in a county beside its reference, which stands for ``size`` children."""
    matrix, frame = table.matrix(), pl.DataFrame(table.frame)
    households, villages = (_numbers(frame[name]) for name in (s.HOUSEHOLD, s.REGION))
    of_area = {
        column for spec in feature_specs(definition) if spec.operator == AREA_OPERATOR for column in spec.columns
    }
    return tuple(
        _feature(matrix[:, place], reference, villages if reference.name in of_area else households, size, limits)
        for place, reference in enumerate(references.features)
    )


def _feature(
    values: npt.NDArray[np.floating], reference: FeatureReference, clusters: IntArray, size: int, limits: DriftLimits
) -> FeatureWatch:
    """An area's value is shared by its village, everything else at most by the household."""
    if not clusters.size or clusters.max() + 1 < limits.least_clusters:
        return FeatureWatch(reference.name, None, None)
    bins = bin_of(values, reference)
    return FeatureWatch(
        reference.name,
        divergence(bins, clusters, reference, size=size, least_expected=limits.least_expected),
        unknown_share(bins, clusters, reference, size=size),
    )


def _score(day: ScoredDay, watched: Watched) -> ScoreWatch:
    scores = day.rows[SCORE].to_numpy()
    if not scores.size:
        return ScoreWatch(0, None, None, None)
    one = _feature(scores, watched.score, _numbers(day.rows[s.HOUSEHOLD]), watched.size, watched.limits)
    return ScoreWatch(scores.size, float(scores.min()), float(scores.max()), one.drift)


def _groups(day: ScoredDay, tables: Tables, job: CountyJob) -> Mapping[GroupKey, GroupSums]:
    listed = np.zeros(day.rows.height, dtype=np.bool_)
    listed[first_of(day, job.watched.plan)] = True
    grouped = with_groups(day.rows, tables, job.watched.definition, day.as_of, county=job.county)
    return group_sums(grouped, listed, job.watched.definition)


def _numbers(names: pl.Series) -> IntArray:
    """A number from 0 for each name; one that is not known is one more."""
    return np.unique(names.fill_null("").to_numpy(), return_inverse=True)[1]
