"""Estimates: named, measured within each date, with the baselines at the same k."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from tests.training.made import make_part
from tests.training.plans import small_plan
from training.dataset import Part
from training.evaluation import (
    BASELINES,
    BEST_FEATURE,
    LEVEL,
    MEDIAN_FEATURE,
    MODEL,
    RANDOM,
    baselines_of,
    estimate,
    precision_by_share,
    ranking,
    rows_of,
    score_rows,
)
from training.labels import LABEL, visit_weights

JULY, AUGUST = date(2018, 7, 1), date(2018, 8, 1)


def scored_rows(households: int = 300) -> pl.DataFrame:
    """Made-up rows, the model's score being the one feature that tells."""
    part = make_part((JULY, AUGUST), households)
    return score_rows(
        [part],
        lambda matrix: np.nan_to_num(matrix[:, 0].astype(np.float64)),
        lambda scores: 1 / (1 + np.exp(-scores)),
        lambda matrix: matrix[:, 1].astype(np.float64),
        {name: lambda matrix: matrix[:, 2].astype(np.float64) for name in (BEST_FEATURE, MEDIAN_FEATURE)},
    )


def by_hand(scores: list[float], labels: list[bool | None], day: date) -> pl.DataFrame:
    """One row per child, each of a household and visit of its own."""
    names = [f"{day}-{place}" for place in range(len(scores))]
    return pl.DataFrame(
        {
            "child_id": names,
            "household_id": names,
            "visit_id": names,
            "as_of": day,
            "label": labels,
            "all_needs": labels,
            "model": scores,
            "probability": 0.5,
        },
        schema_overrides={"label": pl.Boolean, "all_needs": pl.Boolean},
    )


def test_rankings_are_measured_within_each_date() -> None:
    plan = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))
    # July: the two first places hold one need of two assessed. August's scores are all lower: pooled, none would show.
    july = by_hand([9, 8, 7, 6], [True, False, False, False], JULY)
    august = by_hand([4, 3, 2, 1], [True, None, False, True], AUGUST)
    found = ranking(pl.concat([july, august]), MODEL, plan)
    assert found.at_k.places == 2 + 2
    assert found.at_k.precision == pytest.approx((1 / 2 + 1 / 1) / 2)
    assert found.at_k.lower == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert found.at_k.upper == pytest.approx((1 / 2 + 2 / 2) / 2)
    assert found.at_k.recall == pytest.approx((1 / 1 + 1 / 2) / 2)
    assert found.at_k.lift == pytest.approx((1 / (2 * 1 / 4) + 1 / (1 * 2 / 3)) / 2)
    assert found.at_k.null_share == pytest.approx((0 + 1 / 2) / 2)
    assert found.auc == pytest.approx((1.0 + 0.5) / 2)


def test_ties_are_broken_by_lot_and_always_the_same_way() -> None:
    plan = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))
    rows = by_hand([1.0] * 40, [place < 20 for place in range(40)], JULY)
    found = ranking(rows, MODEL, plan)
    assert 0.1 < (found.at_k.precision or 0) < 0.9
    assert found == ranking(rows.reverse(), MODEL, plan)
    assert found != ranking(rows, MODEL, replace(plan, seed=plan.seed + 1))


def test_the_worst_and_the_best_case_over_ties_stand_beside_the_lot() -> None:
    plan = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))
    # One child above a tie of five for two places: none or two of the tie's needs can stand among the first three.
    rows = by_hand([9, 5, 5, 5, 5, 5], [False, True, True, False, False, None], JULY)
    found = ranking(rows, MODEL, plan)
    assert found.worst.precision == pytest.approx(0 / 3)
    assert found.best.precision == pytest.approx(2 / 3)
    assert 0 <= (found.at_k.precision or 0) <= 2 / 3
    untied = ranking(by_hand([6, 5, 4, 3, 2, 1], [False, True, True, False, False, None], JULY), MODEL, plan)
    assert untied.worst == untied.at_k == untied.best


def test_a_baseline_that_the_rows_do_not_hold_is_left_out() -> None:
    rows = scored_rows().drop(LEVEL)
    assert baselines_of(rows) == tuple(name for name in BASELINES if name != LEVEL)
    assert LEVEL not in [one.name for one in estimate("known", "test", rows, small_plan()).rankings]


def test_the_random_baseline_finds_the_base_rate() -> None:
    rows = scored_rows()
    found = ranking(rows, RANDOM, replace(small_plan(), capacity=replace(small_plan().capacity, random_draws=200)))
    assert found.at_k.precision == pytest.approx(rows[LABEL].mean(), abs=0.03)
    assert found.at_k.lift == pytest.approx(1, abs=0.08)
    assert found.auc is None


def test_an_estimate_agrees_with_scikit_learn() -> None:
    rows = scored_rows()
    found = estimate("known", "test", rows, small_plan())
    labelled = rows.filter(pl.col(LABEL).is_not_null())
    weights = visit_weights(labelled["visit_id"]).to_numpy()
    assert found.children == rows.height
    assert found.dates == 2
    assert found.labelled_share == pytest.approx(labelled.height / rows.height)
    assert found.base_rate == pytest.approx(labelled[LABEL].mean())
    assert found.brier == pytest.approx(
        brier_score_loss(labelled[LABEL], labelled["probability"], sample_weight=weights)
    )
    areas = [roc_auc_score(day[LABEL], day[MODEL]) for day in labelled.partition_by("as_of")]
    assert found.ranking(MODEL).auc == pytest.approx(np.mean(areas))


def test_the_model_stands_first_with_every_baseline_beside_it() -> None:
    found = estimate("known", "test", scored_rows(), small_plan())
    assert [one.name for one in found.rankings] == [MODEL, *BASELINES]
    assert len({one.at_k.places for one in found.rankings if one.name != RANDOM}) == 1
    for name in BASELINES:
        ours, theirs = found.ranking(MODEL).at_k.precision, found.ranking(name).at_k.precision
        assert found.gain(name) == pytest.approx((ours or 0) - (theirs or 0))
    assert (found.gain(RANDOM) or 0) > 0.1


def test_nothing_assessed_gives_bounds_and_no_figure() -> None:
    rows = scored_rows().with_columns(pl.lit(None, dtype=pl.Boolean).alias(LABEL))
    found = estimate("known", "test", rows, small_plan())
    assert (found.base_rate, found.brier, found.slope, found.intercept) == (None, None, None, None)
    assert found.gain(RANDOM) is None
    assert found.ranking(MODEL).auc is None
    assert (found.ranking(MODEL).at_k.lower, found.ranking(MODEL).at_k.upper) == (0, 1)


def test_known_and_new_households_share_nobody() -> None:
    rows = scored_rows()
    learned = rows.filter(~pl.col("held_out")).select("child_id", "household_id")
    known, new = rows_of("known", rows, learned), rows_of("new_household", rows, learned)
    assert known.height + new.height == rows.height
    assert not set(known["household_id"]) & set(new["household_id"])


def test_a_child_that_moved_into_a_held_out_household_is_in_neither() -> None:
    rows = scored_rows()
    moved = rows.filter("held_out")["child_id"][0]
    learned = pl.DataFrame({"child_id": [moved], "household_id": ["elsewhere"]})
    assert moved not in set(rows_of("new_household", rows, learned)["child_id"])
    assert moved not in set(rows_of("known", rows, learned)["child_id"])


def test_rows_are_scored_part_by_part_in_order() -> None:
    parts = [make_part((JULY,), 10, seed=seed) for seed in (1, 2)]
    seen: list[int] = []

    def score(matrix: np.ndarray) -> np.ndarray:
        seen.append(len(matrix))
        return matrix[:, 1].astype(np.float64)

    rows = score_rows(parts, score, lambda scores: scores / 10, score)
    assert seen == [20, 20, 20, 20]
    expected = np.concatenate([part.matrix[:, 1] for part in parts])
    assert np.array_equal(rows[MODEL].to_numpy(), expected)
    assert rows["probability"].to_numpy() == pytest.approx(expected / 10)


def test_precision_by_share_falls_to_the_base_rate_when_everyone_is_chosen() -> None:
    rows = scored_rows()
    curve = precision_by_share(rows, [MODEL], [0.05, 1.0])[MODEL]
    assert curve[1] == pytest.approx(np.mean([day[LABEL].mean() for day in rows.partition_by("as_of")]))
    assert curve[0] > curve[1]
    nobody = rows.with_columns(pl.lit(None, dtype=pl.Boolean).alias(LABEL))
    assert np.isnan(precision_by_share(nobody, [MODEL], [0.5])[MODEL][0])


def test_a_part_keeps_matrix_and_rows_together() -> None:
    part = make_part((JULY,), 5)
    keep = np.arange(10) % 3 == 0
    kept = part.where(keep)
    assert isinstance(kept, Part)
    assert np.array_equal(kept.matrix, part.matrix[keep], equal_nan=True)
    assert kept.rows["child_id"].to_list() == part.rows["child_id"].gather(np.flatnonzero(keep)).to_list()
