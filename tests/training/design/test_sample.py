"""What drawn children stand for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.design.made import Shape, make_rows
from training.design.sample import BY_LOT, CERTAIN, drawn_weights, first_by_period, response_weights, sample_of


def test_weights_add_up_to_the_frame_within_each_cell() -> None:
    sample = sample_of(make_rows(Shape()))
    for weights in (response_weights(sample, 5), drawn_weights(sample)):
        assert weights is not None
        sums = np.bincount(weights.cell, weights.weight)
        assert sums == pytest.approx(np.bincount(sample.cell))
    assert sorted(sample.kind) == [CERTAIN, BY_LOT]


def test_a_child_drawn_with_a_smaller_chance_stands_for_more() -> None:
    rows = make_rows(Shape(lists=1, certain=0.0, lot=0.5, answers=1.0))
    half = pl.int_range(pl.len()) < rows.height // 2
    rows = rows.with_columns(pl.when(half).then(0.25).otherwise(0.5).alias("inclusion_probability"))
    sample = sample_of(rows)
    weights = response_weights(sample, 5)
    assert weights is not None
    looked = weights.weight > 0
    first = np.arange(rows.height) < rows.height // 2
    assert weights.weight[looked & first][0] == pytest.approx(2 * weights.weight[looked & ~first][0])
    assert weights.share[first][0] == pytest.approx(0.25)


def test_labels_of_households_that_were_not_drawn_have_no_weight() -> None:
    sample = sample_of(make_rows(Shape()))
    weights = response_weights(sample, 5)
    assert weights is not None
    visited_by_routine = ~sample.drawn & ~np.isnan(sample.label)
    assert visited_by_routine.any()
    assert not weights.weight[visited_by_routine].any()


def test_a_certain_stratum_with_few_known_children_joins_the_largest() -> None:
    rows = make_rows(Shape(lists=1)).with_columns(
        pl.when(pl.col("household_id") == "H0000").then(pl.lit("by_hand")).otherwise("stratum").alias("stratum")
    )
    sample = sample_of(rows)
    joined, alone = (response_weights(sample, least) for least in (10, 0))
    assert joined is not None
    assert len(np.unique(joined.cell)) == 2
    assert len(np.unique(sample.cell)) == 3
    assert alone is None or len(np.unique(alone.cell)) == 3


def test_a_frame_that_the_lot_never_reaches_has_no_weights_under_response_but_bounds() -> None:
    sample = sample_of(make_rows(Shape(lot=0.0)))
    assert response_weights(sample, 5) is None
    bounds = drawn_weights(sample)
    assert bounds is not None
    assert bounds.weight.sum() == pytest.approx(sample.size)


def test_a_lot_that_drew_nobody_says_nothing() -> None:
    rows = make_rows(Shape(lists=1)).with_columns(
        pl.when(pl.col("stratum") == "random").then(pl.lit(value=False)).otherwise("drawn").alias("drawn")
    )
    assert drawn_weights(sample_of(rows)) is None


def test_prefectures_are_cells_of_their_own() -> None:
    sample = sample_of(make_rows(Shape(counties=("520121", "520321"))))
    assert len(sample.kind) == 4
    assert sorted(set(sample.home.tolist())) == [0, 1]
    assert sample.where(np.arange(sample.size) < 10).size == 10


def test_first_places_are_taken_within_each_period_and_unknown_scores_come_last() -> None:
    scores = np.array([1.0, 3.0, np.nan, 2.0, 9.0, 8.0])
    periods = np.array([0, 0, 0, 0, 1, 1])
    chosen = first_by_period(scores, periods, 0.5, np.arange(6.0))
    assert chosen.tolist() == [False, True, False, True, True, False]
