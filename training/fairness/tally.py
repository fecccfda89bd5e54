"""Measures of each group at the list's length, from sums per household, so that households can be drawn again.

Every measure is a ratio of two sums over rows; drawing households anew weighs their sums and nothing else. The list
itself stays as it is: the interval speaks of the children, not of another list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.evaluation import PROBABILITY
from training.fairness.listed import LISTED, PLACE
from training.labels import LABEL
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap

FloatArray = npt.NDArray[np.float64]

SELECTION_RATE = "selection_rate"
RECALL = "recall"
PRECISION = "precision"
FALSE_OMISSION = "false_omission"
OBSERVED_EXPECTED = "observed_expected"
MEAN_PLACE = "mean_place"
MEASURES = (SELECTION_RATE, RECALL, PRECISION, FALSE_OMISSION, OBSERVED_EXPECTED, MEAN_PLACE)

_SUMS = (
    "children", "listed", "labelled", "needs", "listed_labelled", "found", "visits", "observed", "expected", "place",
)  # fmt: skip
_PARTS = {
    SELECTION_RATE: ("listed", "children"),
    RECALL: ("found", "needs"),
    PRECISION: ("found", "listed_labelled"),
    FALSE_OMISSION: ("missed", "unlisted_labelled"),
    OBSERVED_EXPECTED: ("observed", "expected"),
    MEAN_PLACE: ("place", "children"),
}


@dataclass(frozen=True, slots=True)
class GroupMeasures:
    """The measures of one group with intervals, their ratios to the reference, and the counts behind them.

    ``counts``: weighted by row where the rows had weights. ``bounds``: what recall, precision and false omission can
    be when each child nobody assessed had a new need, or had none.
    """

    group: str
    counts: dict[str, float]
    measures: dict[str, Interval]
    ratios: dict[str, Interval]
    bounds: dict[str, tuple[float, float]]


def measure_groups(
    rows: pl.DataFrame,
    members: pl.Series,
    names: Sequence[str],
    reference: str,
    seed: int,
    weights: FloatArray | None = None,
) -> tuple[GroupMeasures, ...]:
    """Measure each group, intervals from households drawn anew.

    Args:
        rows: household_id, label, probability, listed, place; one row per child and as-of date.
        members: the group of each row.
        names: the groups to measure.
        reference: the group of ``names`` that the others are compared with; "" compares with none.
        seed: the same seed draws the same households.
        weights: what each row counts; 1 when left out.
    """
    sums = _household_sums(rows, members, names, np.ones(rows.height) if weights is None else weights)
    households, groups, parts = sums.shape
    if not households:
        return tuple(_nothing(name) for name in names)
    flat = sums.reshape(households, groups * parts)
    place = names.index(reference) if reference in names else None

    def figures(drawn: FloatArray) -> FloatArray:
        measured = _measures((drawn @ flat).reshape(groups, parts))
        return np.concatenate([measured, _ratios(measured, place)]).ravel()

    intervals = household_bootstrap(figures, households, seed)
    shaped = [intervals[start : start + len(MEASURES)] for start in range(0, len(intervals), len(MEASURES))]
    totals = sums.sum(axis=0)
    return tuple(
        GroupMeasures(
            group=name,
            counts=dict(zip(_SUMS, map(float, totals[number]), strict=True)),
            measures=dict(zip(MEASURES, shaped[number], strict=True)),
            ratios=dict(zip(MEASURES, shaped[groups + number], strict=True)),
            bounds=bounds(dict(zip(_SUMS, map(float, totals[number]), strict=True))),
        )
        for number, name in enumerate(names)
    )


def bounds(counts: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The least and the most that a measure of all children of a group can be, given those nobody assessed.

    Manski 1989: without an assumption on who was not seen, only bounds are known.
    """
    found, needs, listed = counts["found"], counts["needs"], counts["listed"]
    unseen_listed = listed - counts["listed_labelled"]
    unlisted = counts["children"] - listed
    unseen_unlisted = unlisted - (counts["labelled"] - counts["listed_labelled"])
    missed = needs - found
    return {
        RECALL: (
            _share(found, needs + unseen_unlisted, 0.0),
            _share(found + unseen_listed, needs + unseen_listed, 1.0),
        ),
        PRECISION: (_share(found, listed, 0.0), _share(found + unseen_listed, listed, 1.0)),
        FALSE_OMISSION: (_share(missed, unlisted, 0.0), _share(missed + unseen_unlisted, unlisted, 1.0)),
    }


def _share(part: float, whole: float, without: float) -> float:
    return part / whole if whole else without


def _nothing(name: str) -> GroupMeasures:
    counts = dict.fromkeys(_SUMS, 0.0)
    return GroupMeasures(
        name, counts, dict.fromkeys(MEASURES, NOT_ESTIMABLE), dict.fromkeys(MEASURES, NOT_ESTIMABLE), bounds(counts)
    )


def _household_sums(rows: pl.DataFrame, members: pl.Series, names: Sequence[str], weights: FloatArray) -> FloatArray:
    """Sums of each household in each group, shape (households, groups, sums)."""
    labelled, need = pl.col(LABEL).is_not_null(), pl.col(LABEL).fill_null(value=False)
    visit = pl.when(labelled).then(1.0 / labelled.sum().over(s.VISIT)).otherwise(0.0)
    counted = rows.select(
        (pl.col(s.HOUSEHOLD).rank("dense") - 1).cast(pl.Int64).alias("household"),
        members.replace_strict(list(names), list(range(len(names))), default=-1, return_dtype=pl.Int64).alias("group"),
        pl.lit(1.0).alias("children"),
        pl.col(LISTED).cast(pl.Float64).alias("listed"),
        labelled.cast(pl.Float64).alias("labelled"),
        need.cast(pl.Float64).alias("needs"),
        (labelled & pl.col(LISTED)).cast(pl.Float64).alias("listed_labelled"),
        (need & pl.col(LISTED)).cast(pl.Float64).alias("found"),
        visit.alias("visits"),
        (visit * need.cast(pl.Float64)).alias("observed"),
        (visit * pl.col(PROBABILITY)).alias("expected"),
        pl.col(PLACE).alias("place"),
    )
    households = rows[s.HOUSEHOLD].n_unique()
    group, cell = counted["group"].to_numpy(), counted["household"].to_numpy()
    chosen = group >= 0
    cells = cell[chosen] * len(names) + group[chosen]
    values = counted.select(_SUMS).to_numpy()[chosen] * weights[chosen, None]
    sums = np.stack(
        [np.bincount(cells, values[:, place], households * len(names)) for place in range(len(_SUMS))], axis=1
    )
    return np.asarray(sums.reshape(households, len(names), len(_SUMS)), dtype=np.float64)


def _measures(sums: FloatArray) -> FloatArray:
    """The measures of each group, shape (groups, measures), from its sums; NaN where nothing is divided by."""
    part = {name: sums[:, place] for place, name in enumerate(_SUMS)}
    part["missed"] = part["needs"] - part["found"]
    part["unlisted_labelled"] = part["labelled"] - part["listed_labelled"]
    return np.stack([_divided(part[_PARTS[name][0]], part[_PARTS[name][1]]) for name in MEASURES], axis=1)


def _ratios(measured: FloatArray, reference: int | None) -> FloatArray:
    if reference is None:
        return np.full_like(measured, np.nan)
    return _divided(measured, np.broadcast_to(measured[reference], measured.shape))


def _divided(part: FloatArray, whole: FloatArray) -> FloatArray:
    out = np.full_like(part, np.nan)
    return np.divide(part, whole, out=out, where=whole > 0)
