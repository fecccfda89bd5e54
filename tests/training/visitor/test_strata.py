"""Tests of ``training.visitor.strata`` and ``training.visitor.pairs``."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.training.plans import small_plan
from tests.training.visitor.worlds import world
from training.metrics import auc
from training.visitor.pairs import Pairs, codes
from training.visitor.settings import StrataRule
from training.visitor.strata import strata_figures, thirds

RULE = StrataRule(rows_at_least=10, thirds_visitors_at_least=3)


def test_one_stratum_has_the_area_of_its_definition() -> None:
    random = np.random.default_rng(1)
    scores, labels = random.integers(0, 8, 200).astype(np.float64), random.random(200) < 0.3
    pairs = Pairs.of(np.zeros(200, dtype=np.intp), scores, labels.astype(np.float64))
    assert pairs.value(np.ones(200)) == pytest.approx(auc(labels, scores))


def test_weights_count_rows_again_and_pairs_of_two_strata_are_never_compared() -> None:
    strata = np.array([0, 0, 0, 1, 1], dtype=np.intp)
    scores, labels = np.array([1.0, 2.0, 2.0, 9.0, 8.0]), np.array([1.0, 0.0, 1.0, 0.0, 1.0])
    pairs = Pairs.of(strata, scores, labels)
    assert pairs.value(np.ones(5)) == pytest.approx((0 + 0.5 + 0) / 3)
    assert pairs.value(np.array([1.0, 1.0, 3.0, 0.0, 0.0])) == pytest.approx(1.5 / 4)
    assert np.isnan(pairs.value(np.array([1.0, 0.0, 1.0, 0.0, 0.0])))


def test_codes_number_combinations() -> None:
    rows = pl.DataFrame({"a": ["x", "y", "x"], "b": [1, 1, 1]})
    assert codes(rows, ["a", "b"]).tolist() == [0, 1, 0]


def test_an_order_by_who_visits_is_worth_something_across_visitors_and_nothing_inside() -> None:
    made = world(spread=2.0)
    number = made.part.rows["visitor_id"].str.tail(3).cast(pl.Int64).to_numpy()
    rows = made.part.rows.with_columns(pl.Series("model", made.effects[number]))
    found = strata_figures(rows, small_plan(), RULE)
    assert (found.auc_across.value or 0) > 0.7
    assert found.auc_within.value == pytest.approx(0.5)
    assert (found.precision_across.value or 0) > (found.precision_within.value or 0)
    assert (found.drop.lower or 0) > 0


def test_an_order_by_need_holds_inside_visitors_too_and_beats_the_lot() -> None:
    made = world(spread=0.0)
    found = strata_figures(made.part.rows, small_plan(), RULE)
    across, within = found.auc_across, found.auc_within
    assert across.value == pytest.approx(within.value, abs=0.03)
    assert within.lower is not None
    assert within.lower > 0.55
    assert (found.precision_within.value or 0) > (found.chance_within.value or 0)
    assert found.rows == made.part.rows.height


def test_rows_without_a_visitor_are_counted_and_left_out() -> None:
    made = world()
    rows = made.part.rows.with_columns(
        pl.when(pl.int_range(pl.len()) < 300).then(None).otherwise(pl.col("visitor_id")).alias("visitor_id")
    )
    found = strata_figures(rows, small_plan(), RULE)
    assert (found.rows, found.unknown) == (1_200, 300)
    nobody = strata_figures(rows.head(300), small_plan(), RULE)
    assert (nobody.rows, nobody.unknown, nobody.places) == (0, 300, 0)
    assert nobody.auc_within.value is None


def test_strata_with_few_rows_take_no_places() -> None:
    made = world()
    found = strata_figures(made.part.rows, small_plan(), replace(RULE, rows_at_least=10_000))
    assert found.places == 0
    assert found.precision_within.value is None
    assert found.auc_within.value is not None


def test_thirds_follow_the_effect() -> None:
    made = world(spread=2.0)
    number = made.part.rows["visitor_id"].str.tail(3).cast(pl.Int64).to_numpy()
    found = thirds(made.part.rows, made.effects[number], "probability")
    assert [one.visitors for one in found] == [4, 4, 4]
    assert found[0].rate < found[1].rate < found[2].rate
    assert sum(one.rows for one in found) == made.part.rows.height


def test_a_third_without_both_labels_has_no_area() -> None:
    made = world()
    rows = made.part.rows.with_columns(pl.lit(value=False).alias("label"))
    assert {one.auc for one in thirds(rows, np.zeros(rows.height), "probability")} == {None}
