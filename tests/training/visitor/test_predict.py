"""Tests of ``training.visitor.predict``."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.visitor.worlds import world
from training.dataset import Part
from training.visitor.predict import UNKNOWN, predict_visitor
from training.visitor.settings import PredictionRule

RULE = PredictionRule(
    visitors_at_most=6, visits_per_visitor_at_least=20, rows_at_most=1_000, test_share=0.4, rounds=15, depth=2,
    learning_rate=0.2, rows_in_leaf_at_least=20,
)  # fmt: skip


def _placed(part: Part, village: np.ndarray) -> Part:
    return Part(part.matrix, part.rows.with_columns(pl.Series("region_code", [f"{each:012}" for each in village])))


@pytest.fixture(scope="module")
def part() -> Part:
    made = world()
    return _placed(made.part, np.zeros(made.part.rows.height, dtype=int))


def test_visitors_sent_by_a_feature_are_told_from_it_and_those_dealt_by_lot_are_not(part: Part) -> None:
    found = predict_visitor(part, RULE, 1)
    assert (found.auc.lower or 0) > 0.65
    assert found.in_village.value == pytest.approx(found.auc.value)
    assert found.by_lot.lower is not None
    assert found.by_lot.upper is not None
    assert found.by_lot.lower < 0.55
    assert found.by_lot.upper > 0.45
    assert found.visitors == 6
    assert 200 < found.visits < 600


def test_a_feature_that_only_tells_the_village_tells_nothing_inside_it(part: Part) -> None:
    village = (part.matrix[:, 2] > 0).astype(int)
    matrix = np.stack([village.astype(np.float32)] * 4, axis=1)
    found = predict_visitor(_placed(Part(matrix, part.rows), village), RULE, 1)
    assert (found.auc.lower or 0) > 0.53
    assert found.in_village.value == pytest.approx(0.5)


def test_visitors_with_few_visits_are_not_predicted() -> None:
    made = world(households=30)
    part = _placed(made.part, np.zeros(60, dtype=int))
    assert predict_visitor(part, RULE, 1) == UNKNOWN


def test_where_each_village_has_its_own_visitor_there_is_nothing_to_compare_inside(part: Part) -> None:
    own = part.rows["visitor_id"].str.tail(3).cast(pl.Int64).to_numpy()
    assert predict_visitor(_placed(part, own), RULE, 1).in_village.value is None
