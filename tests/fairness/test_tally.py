"""Measures of groups: counted by hand, as other programs count them, and drawn again by household."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import polars as pl
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import precision_score, recall_score

from tests.fairness.aequitas_reference import REFERENCE, REFERENCES
from tests.fairness.made import by_hand, large
from training.fairness.tally import (
    FALSE_OMISSION,
    MEAN_PLACE,
    OBSERVED_EXPECTED,
    PRECISION,
    RECALL,
    SELECTION_RATE,
    bounds,
    measure_groups,
)
from training.stability.resample import NOT_ESTIMABLE


def test_a_table_counted_by_hand() -> None:
    rows = by_hand()
    boys, girls = measure_groups(rows, rows["group_sex"], ["boy", "girl"], "boy", 1)
    values = {name: found.value for name, found in boys.measures.items()}
    assert values[SELECTION_RATE] == 3 / 6
    assert values[RECALL] == 2 / 3
    assert values[PRECISION] == 2 / 2
    assert values[FALSE_OMISSION] == 1 / 3
    assert values[OBSERVED_EXPECTED] == 3 / (5 * 0.25)
    assert values[MEAN_PLACE] == pytest.approx(np.mean(np.arange(6)) / 11)
    assert girls.measures[RECALL].value == 0 / 2
    assert girls.measures[FALSE_OMISSION].value == 2 / 3
    assert girls.ratios[SELECTION_RATE].value == pytest.approx((1 / 5) / (3 / 6))
    assert girls.counts["children"] == 5


def test_bounds_take_those_nobody_assessed_as_needy_or_not() -> None:
    rows = by_hand()
    boys, girls = measure_groups(rows, rows["group_sex"], ["boy", "girl"], "boy", 1)
    # Boys: 2 of 3 needs found; a listed boy was not assessed. Girls: 0 of 2; one not listed was not assessed.
    assert boys.bounds[RECALL] == (2 / 3, 3 / 4)
    assert boys.bounds[PRECISION] == (2 / 3, 3 / 3)
    assert girls.bounds[RECALL] == (0 / 3, 0 / 2)
    assert girls.bounds[FALSE_OMISSION] == (2 / 4, 3 / 4)


def test_bounds_of_nothing_say_nothing() -> None:
    nobody = dict.fromkeys(("children", "listed", "labelled", "needs", "listed_labelled", "found"), 0.0)
    assert bounds(nobody)[RECALL] == (0.0, 1.0)


@pytest.mark.parametrize("program", ["aequitas", "fairlearn"])
def test_as_other_programs_count(program: str) -> None:
    rows, kept = large(), json.loads(REFERENCE.read_text(encoding="utf-8"))[program]
    for column, reference in REFERENCES.items():
        names = sorted(rows[column].unique())
        for one in measure_groups(rows, rows[column], names, reference, 1):
            theirs = kept[f"{column} {one.group}"]
            measures = theirs.get("measures", theirs)
            assert {name: one.measures[name].value for name in measures} == pytest.approx(measures)
            ratios = theirs.get("ratios", {})
            assert {name: one.ratios[name].value for name in ratios} == pytest.approx(ratios)


def test_an_interval_is_as_wide_as_its_sampling_error() -> None:
    rows = large()
    (girl,) = measure_groups(rows, rows["group_sex"], ["girl"], "", 1)
    recall = girl.measures[RECALL]
    assert recall.value is not None
    assert recall.lower is not None
    assert recall.upper is not None
    error = np.sqrt(recall.value * (1 - recall.value) / girl.counts["needs"])
    assert (recall.upper - recall.lower) / (2 * 1.96 * error) == pytest.approx(1, abs=0.2)


def test_siblings_widen_the_interval() -> None:
    rows = large()
    together = rows.with_columns(pl.Series("household_id", [f"h{number // 8}" for number in range(rows.height)]))
    alike = together.with_columns(
        pl.col("label").first().over("household_id"), pl.col("listed").first().over("household_id")
    )
    (one,) = measure_groups(alike, alike["group_ethnicity"].replace("minority", "han"), ["han"], "", 1)
    apart = alike.with_columns(pl.col("child_id").alias("household_id"))
    (other,) = measure_groups(apart, apart["group_ethnicity"].replace("minority", "han"), ["han"], "", 1)
    wide, narrow = one.measures[RECALL], other.measures[RECALL]
    assert wide.value == narrow.value
    assert wide.upper is not None
    assert wide.lower is not None
    assert narrow.upper is not None
    assert narrow.lower is not None
    assert wide.upper - wide.lower > 2 * (narrow.upper - narrow.lower)


def test_a_weight_counts_a_row_so_often() -> None:
    rows = by_hand()
    weights = np.where(rows["listed"].to_numpy(), 1.0, 3.0)
    (boys,) = measure_groups(rows, rows["group_sex"], ["boy"], "boy", 1, weights)
    assert boys.measures[RECALL].value == 2 / (2 + 3)


def test_without_rows_or_reference_nothing_is_estimable() -> None:
    rows = by_hand()
    (girls,) = measure_groups(rows, rows["group_sex"], ["girl"], "", 1)
    assert girls.ratios[RECALL] == NOT_ESTIMABLE
    (nobody,) = measure_groups(rows.clear(), rows.clear()["group_sex"], ["girl"], "girl", 1)
    assert set(nobody.measures.values()) == {NOT_ESTIMABLE}
    (absent,) = measure_groups(rows, rows["group_sex"], ["man"], "man", 1)
    assert absent.measures[SELECTION_RATE] == NOT_ESTIMABLE


def test_the_same_seed_gives_the_same_intervals() -> None:
    rows = large(300)
    first, again, other = (measure_groups(rows, rows["group_sex"], ["boy", "girl"], "boy", seed) for seed in (1, 1, 2))
    assert [asdict(one) for one in first] == [asdict(one) for one in again]
    assert first[0].measures != other[0].measures


def test_fairlearn_s_metric_frame_measures_the_same() -> None:
    rows = large()
    names = sorted(rows["group_ethnicity"].drop_nulls().unique())
    ours = measure_groups(rows, rows["group_ethnicity"], names, names[0], 1)
    listed = MetricFrame(
        metrics=selection_rate,
        y_true=rows["listed"].to_numpy(),
        y_pred=rows["listed"].to_numpy(),
        sensitive_features=rows["group_ethnicity"].to_numpy(),
    ).by_group
    known = rows.filter(pl.col("label").is_not_null())
    judged = MetricFrame(
        metrics={RECALL: recall_score, PRECISION: precision_score, FALSE_OMISSION: _false_omission},
        y_true=known["label"].to_numpy(),
        y_pred=known["listed"].to_numpy(),
        sensitive_features=known["group_ethnicity"].to_numpy(),
    ).by_group
    for found in ours:
        assert found.measures[SELECTION_RATE].value == pytest.approx(listed[found.group])
        for name in (RECALL, PRECISION, FALSE_OMISSION):
            assert found.measures[name].value == pytest.approx(judged[name][found.group])


def _false_omission(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return float(y_true[~y_pred].mean())
