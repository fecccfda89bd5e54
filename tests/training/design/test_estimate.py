"""Estimates against hand-counted frames, bounds, and the variance against repeated draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.design.made import Shape, make_rows
from training.design.estimate import at_random, estimate, found_per_places, precision_at_k, prevalence, recall_at_k
from training.design.rules import load_rules
from training.design.sample import sample_of

RULES = load_rules()


def by_hand() -> pl.DataFrame:
    """20 certain children, 3 of 10 seen with a need; 40 by lot, 10 drawn, 1 of 5 seen with a need."""
    sure = pl.DataFrame(
        {
            "stratum": "duty",
            "inclusion_probability": 1.0,
            "drawn": True,
            "label": [True] * 3 + [False] * 7 + [None] * 10,
        }
    )
    lot = pl.DataFrame(
        {
            "stratum": "random",
            "inclusion_probability": 0.25,
            "drawn": [True] * 10 + [False] * 30,
            "label": [True] + [False] * 4 + [None] * 5 + [True] * 30,
        }
    )
    rows = pl.concat([sure, lot])
    return rows.with_columns(
        pl.format("H{}", pl.int_range(pl.len())).alias("household_id"), pl.lit("520121").alias("county")
    )


def test_prevalence_is_the_weighted_share_and_routine_labels_do_not_count() -> None:
    found = estimate(sample_of(by_hand()), prevalence(60), RULES)
    assert found.at_random == pytest.approx((20 * 0.3 + 40 * 0.2) / 60)
    assert found.bounded == pytest.approx(((20 * 3 / 20 + 40 * 1 / 10) / 60, (20 * 13 / 20 + 40 * 6 / 10) / 60))
    assert found.null_share == pytest.approx(0.5)
    assert (found.known, found.drawn, found.frame) == (15, 30, 60)


def test_precision_and_recall_at_k_by_hand() -> None:
    """The first places: five certain children, of whom two have a need, and two drawn by lot, of whom one."""
    sample = sample_of(by_hand())
    top = np.isin(np.arange(60), [0, 1, 3, 4, 5, 20, 21])
    precision, recall = (estimate(sample, measure(top), RULES) for measure in (precision_at_k, recall_at_k))
    assert precision.at_random == pytest.approx((2 * 2 + 8 * 1) / (2 * 5 + 8 * 2))
    assert recall.at_random == pytest.approx((2 * 2 + 8 * 1) / (2 * 3 + 8 * 1))
    assert precision.bounded == pytest.approx(((2 + 4) / (5 + 8),) * 2)
    assert precision.null_share == pytest.approx(0.0)
    assert recall.bounded is not None
    assert recall.bounded[1] == pytest.approx((2 + 4) / (3 + 4))
    assert recall.bounded[0] == pytest.approx((2 + 4) / (3 + 4 + 10 + 4 * 5))


def test_the_worth_of_places_counts_every_child_of_a_household() -> None:
    sample = sample_of(by_hand())
    top = np.arange(60) < 4
    siblings = np.full(60, 2.0)
    found = estimate(sample, found_per_places(top, siblings, RULES), RULES)
    assert found.at_random == pytest.approx(100 * 3 / 2)


def test_the_truth_lies_within_the_bounds_whoever_stays_silent() -> None:
    rows = make_rows(Shape(answers=0.5, households=300))
    sample = sample_of(rows)
    for silent in (True, False):
        hidden = np.where(np.isnan(sample.label), float(silent), sample.label)
        full = estimate(replace(sample, label=hidden), prevalence(sample.size), RULES).at_random
        bounded = estimate(sample, prevalence(sample.size), RULES).bounded
        assert full is not None
        assert bounded is not None
        assert bounded[0] - 1e-9 <= full <= bounded[1] + 1e-9


def test_the_variance_is_that_of_repeated_draws() -> None:
    rng = np.random.default_rng(5)
    base = sample_of(make_rows(Shape(households=600, lists=1)))
    outcome = (rng.random(300 * 2) < 0.3).astype(float)[base.household]
    values, widths = [], []
    for _ in range(300):
        homes = rng.random((3, base.household.max() + 1))
        drawn = homes[0][base.household] < base.chance
        label = np.where(homes[1][base.household] < 0.7, outcome, np.nan)
        found = estimate(replace(base, drawn=drawn, label=label), prevalence(base.size), RULES)
        values.append(found.at_random)
        widths.append(found.half_width)
    assert np.mean(values) == pytest.approx(outcome.mean(), abs=0.01)
    assert np.mean(widths) / (1.96 * np.std(values)) == pytest.approx(1.0, abs=0.15)


def test_siblings_are_not_counted_as_news() -> None:
    rows = make_rows(Shape(lists=1))
    alone = rows.with_columns(pl.col("child_id").alias("household_id"))
    together, apart = (estimate(sample_of(frame), prevalence(rows.height), RULES) for frame in (rows, alone))
    assert (together.half_width or 0) > 1.2 * (apart.half_width or 1)


def test_a_whole_census_is_certain() -> None:
    found = estimate(sample_of(make_rows(Shape(certain=1.0, answers=1.0))), prevalence(3200), RULES)
    assert found.interval == pytest.approx((found.at_random, found.at_random), abs=1e-6)


def test_without_a_random_arm_only_bounds_are_left() -> None:
    found = estimate(sample_of(make_rows(Shape(lot=0.0))), prevalence(3200), RULES)
    assert found.at_random is None
    assert found.half_width is None
    assert found.bounded is not None
    assert found.bounded[1] - found.bounded[0] > 0.7


def test_nobody_drawn_by_lot_leaves_nothing() -> None:
    rows = make_rows(Shape(lists=1)).with_columns((pl.col("drawn") & (pl.col("stratum") == "duty")).alias("drawn"))
    found = estimate(sample_of(rows), prevalence(rows.height), RULES)
    assert (found.at_random, found.bounded, found.bounded_interval, found.null_share) == (None,) * 4


def test_recall_without_any_need_is_not_estimable() -> None:
    sample = sample_of(make_rows(Shape(need=0.0, answers=1.0)))
    found = estimate(sample, recall_at_k(np.arange(sample.size) < 50), RULES)
    assert found.at_random is None
    assert found.bounded is None


def test_the_planned_half_width_depends_on_how_many_are_known_and_not_on_what_was_found() -> None:
    sample = sample_of(make_rows(Shape()))
    turned = replace(sample, label=1 - sample.label)
    planned = []
    for one in (sample, turned, sample.where(np.arange(sample.size) < 800)):
        ratio = at_random(one, prevalence(one.size), RULES)
        assert ratio is not None
        planned.append(ratio.planned_half_width("prevalence", RULES))
    assert planned[0] == pytest.approx(planned[1])
    assert planned[2] > 1.5 * planned[0]
