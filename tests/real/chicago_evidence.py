"""Evidence on the real Chicago visits: visitor effect, replay, ward hold-out and the audit by area group.

All by the product's own code, on the rows that the four forward windows were judged on. Reference of the ward hold-out
(``shared/data/README.md``): AUC 0.58-0.63, against 0.60-0.65 for the same rows with those wards in training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.membership import group_column
from training.dataset import AS_OF, Dataset, Part
from training.evaluation import LAST_FINDING, LOGISTIC, MODEL, OVERDUE, PROBABILITY, ranking
from training.fairness.listed import with_places
from training.fairness.tally import GroupMeasures, measure_groups
from training.judge import Judged
from training.labels import LABEL
from training.learn import Learned
from training.plan import ScreeningPlan
from training.refit import Recipe, refit
from training.replay.alone import alone_column, alone_scores
from training.replay.replay import Replay, replay
from training.replay.visits import days_of_visits, replay_visits
from training.single_features import FeatureOrder
from training.stability.days import days_of
from training.stability.resample import Interval, household_bootstrap, mean_over_dates
from training.tune import sample_of
from training.visitor.measure import VisitorMeasures, measure_visitors
from training.visitor.pairs import Pairs, codes
from training.visitor.settings import visitor_rule
from training.visitor.visits import visit_rows

HELD_OUT_WARDS = "wards_held_out"
WARD, FOLD = "area_ward", "fold"
FOLDS = 5
UNKNOWN_GROUP = "not known"

ORDERS = (MODEL, OVERDUE, LAST_FINDING, LOGISTIC)


@dataclass(frozen=True, slots=True)
class WardFigures:
    """The same rows with their wards held out of training and with them in it; ``price`` is with minus without."""

    aucs_held_out: tuple[float | None, ...]
    aucs_trained: tuple[float | None, ...]
    auc_held_out: Interval
    auc_trained: Interval
    auc_price: Interval
    precision_held_out: Interval
    precision_trained: Interval
    precision_price: Interval


@dataclass(frozen=True, slots=True)
class InspectorGroup:
    """One group of inspectors: visits, share with a violation, mean probability, AUC inside the group."""

    name: str
    visits: int
    rate: float
    expected: float
    auc: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the four windows together show."""

    visitors: VisitorMeasures
    inspectors: tuple[InspectorGroup, ...]
    replay: Replay
    wards: WardFigures
    areas: tuple[GroupMeasures, ...]


def window_rows(
    dataset: Dataset,
    learned: Learned,
    judged: Judged,
    plan: ScreeningPlan,
    alone: Sequence[FeatureOrder],
    homes: pl.DataFrame,
) -> pl.DataFrame:
    """The known rows of a window with one-feature orders, the ward, and the score of trees that never saw the ward."""
    parts = [
        Part(np.asarray(part.matrix), part.rows.join(homes, on=s.HOUSEHOLD, how="left", maintain_order="left"))
        for part in dataset.parts("test")
    ]
    added = pl.concat([part.rows.select(s.CHILD, AS_OF, s.REGION, WARD) for part in parts])
    added = added.with_columns(
        pl.Series(FOLD, _folds(added[WARD])),
        pl.Series(HELD_OUT_WARDS, _held_out_scores(learned, parts, plan, homes)),
        *alone_scores(parts, alone),
    )
    return judged.known.join(added, on=[s.CHILD, AS_OF], how="inner", maintain_order="left")


def ward_homes(store: LedgerStore) -> pl.DataFrame:
    """Where each place is: household_id, region_code and the ward of its precinct ("00": not known)."""
    tables = [store.read(county, [s.HOUSEHOLDS]).tables[s.HOUSEHOLDS] for county in store.counties()]
    return pl.concat(tables).sort(s.VALID_FROM).unique(s.HOUSEHOLD, keep="last").select(s.HOUSEHOLD, s.REGION, WARD)


def evidence(
    rows: pl.DataFrame, dataset: Dataset, store: LedgerStore, plan: ScreeningPlan, alone: Sequence[FeatureOrder]
) -> Evidence:
    """Measure the rows of all windows together; the visitor is predicted from the fit rows of ``dataset``."""
    homes = ward_homes(store).drop(WARD)
    visitors = measure_visitors(rows, dataset.parts("fit"), homes, plan, visitor_rule())
    orders = [*ORDERS, *map(alone_column, alone)]
    return Evidence(
        visitors=visitors,
        inspectors=tuple(_inspectors(rows)),
        replay=replay(replay_visits(rows, days_of_visits(store, dataset.windows), orders), orders, (), plan.seed),
        wards=ward_figures(rows, plan),
        areas=area_figures(rows, plan),
    )


def ward_figures(rows: pl.DataFrame, plan: ScreeningPlan) -> WardFigures:
    """What holding out wards costs: AUC among the held-out wards of a date, precision at the k of the date."""
    labelled = rows.filter(pl.col(LABEL).is_not_null())
    strata, households = codes(labelled, [AS_OF, FOLD]), codes(labelled, [s.HOUSEHOLD])
    labels = labelled[LABEL].cast(pl.Float64).to_numpy()
    areas = [Pairs.of(strata, labelled[name].to_numpy(), labels) for name in (HELD_OUT_WARDS, MODEL)]

    def area(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        held, trained = (one.value(weights[households]) for one in areas)
        return np.array([held, trained, trained - held])

    days = days_of(rows, (HELD_OUT_WARDS, MODEL), plan)

    def precision(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        held, trained = days.precision((HELD_OUT_WARDS, MODEL), weights).T
        return mean_over_dates(np.column_stack([held, trained, trained - held]))

    windows = [window for _, window in _windows(rows)]
    return WardFigures(
        tuple(ranking(window, HELD_OUT_WARDS, plan).auc for window in windows),
        tuple(ranking(window, MODEL, plan).auc for window in windows),
        *household_bootstrap(area, int(households.max()) + 1, plan.seed),
        *household_bootstrap(precision, days.households, plan.seed),
    )


def area_figures(rows: pl.DataFrame, plan: ScreeningPlan) -> tuple[GroupMeasures, ...]:
    """Selection rate, recall and precision at k by the people of the precinct; "not known" is a group of its own."""
    placed = with_places(rows, plan)
    members = placed[group_column("area")].fill_null(UNKNOWN_GROUP)
    counts = members.value_counts(sort=True)
    return measure_groups(placed, members, counts[members.name].to_list(), "white", plan.seed)


def _inspectors(rows: pl.DataFrame) -> Iterator[InspectorGroup]:
    counted = visit_rows(rows)
    for (name,), group in counted.sort(s.VISITOR, nulls_last=True).group_by(s.VISITOR, maintain_order=True):
        labels = group[LABEL].cast(pl.Float64).to_numpy()
        area = Pairs.of(codes(group, [AS_OF]), group[MODEL].to_numpy(), labels).value(np.ones(group.height))
        expected = float(group[PROBABILITY].to_numpy().mean())
        yield InspectorGroup(str(name or UNKNOWN_GROUP), group.height, float(labels.mean()), expected, area)


def _folds(wards: pl.Series) -> npt.NDArray[np.intp]:
    return (wards.cast(pl.Int64).to_numpy() % FOLDS).astype(np.intp)


def _held_out_scores(
    learned: Learned, parts: Sequence[Part], plan: ScreeningPlan, homes: pl.DataFrame
) -> npt.NDArray[np.float64]:
    """The score of each row by the model's own recipe, grown without the rows of a fifth of the wards."""
    recipe = Recipe.of(learned.model.booster_text, learned.model.contract, plan)
    wards = learned.fit.rows.join(homes, on=s.HOUSEHOLD, how="left", maintain_order="left")[WARD]
    fit_fold = _folds(wards)
    folds = _folds(pl.concat([part.rows[WARD] for part in parts]))
    matrix = np.concatenate([part.matrix for part in parts])
    scores = np.zeros(len(matrix))
    for fold in range(FOLDS):
        sample = sample_of(learned.fit.where(fit_fold != fold))
        scores[folds == fold] = refit(recipe, sample, threads=1)(matrix[folds == fold])
    return scores


def _windows(rows: pl.DataFrame) -> Iterator[tuple[object, pl.DataFrame]]:
    """Half years: the windows the rows came from."""
    half = (pl.col(AS_OF).dt.year() * 2 + (pl.col(AS_OF).dt.month() - 1) // 6).alias("half")
    return ((key, group) for key, group in rows.sort(AS_OF).group_by(half, maintain_order=True))
