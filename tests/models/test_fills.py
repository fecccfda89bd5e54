"""Values that are not known where training never saw one missing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.explain import explain
from models.fills import Fills
from models.release.golden import make_golden
from models.risk_model import RiskModel
from tests.models import making

WIDTH, PARTS = 6, 2
NEVER_MISSING, SOMETIMES_MISSING = 2, 3


def grown_on() -> making.Matrix:
    """Rows of two codes and four numbers far from 0; one column is sometimes not known."""
    matrix = making.rows(600, WIDTH, missing=0) + np.float32(4)
    matrix[:, 0] = matrix[:, 0] > 4
    matrix[:, 1] = 1 - matrix[:, 0]
    matrix[::5, SOMETIMES_MISSING] = np.nan
    return matrix


@pytest.fixture(scope="module")
def model() -> RiskModel:
    contract, matrix = making.numbered(WIDTH, parts=PARTS), grown_on()
    return making.risk_model(making.grow(matrix, contract.names), contract, matrix)


def test_only_features_that_training_always_knew_get_the_median_of_training(model: RiskModel) -> None:
    medians = np.median(grown_on(), axis=0)
    expected = [None, None, medians[2], None, medians[4], medians[5]]
    assert model.fills.medians == tuple(None if value is None else float(value) for value in expected)


def test_a_feature_no_tree_asks_for_needs_no_fill() -> None:
    matrix, contract = grown_on(), making.numbered(WIDTH)
    booster = making.grow(matrix, contract.names, min_data_in_leaf=10_000)
    assert Fills.fit(matrix, contract, booster.model_to_string()).medians == (None,) * WIDTH


def test_a_row_without_the_value_is_scored_and_explained_as_the_median(model: RiskModel) -> None:
    asked = grown_on()[:50]
    at_median, at_zero = asked.copy(), asked.copy()
    asked[:, NEVER_MISSING] = np.nan
    at_median[:, NEVER_MISSING] = model.fills.medians[NEVER_MISSING]
    at_zero[:, NEVER_MISSING] = 0
    assert (model.score(asked) == model.score(at_median)).all()
    assert (model.score(asked) != model.score(at_zero)).any()
    assert (explain(model, asked).contributions == explain(model, at_median).contributions).all()
    assert np.isnan(asked[:, NEVER_MISSING]).all()


def test_scores_and_reasons_of_filled_rows_agree(model: RiskModel) -> None:
    asked = making.rows(60, WIDTH, seed=5, missing=0.5) + np.float32(4)
    assert np.abs(explain(model, asked).scores() - model.score(asked)).max() < 1e-9


def test_a_feature_that_was_sometimes_missing_keeps_the_answer_of_the_trees(model: RiskModel) -> None:
    asked = grown_on()[:50]
    asked[:, SOMETIMES_MISSING] = np.nan
    assert (model.fills.applied(asked)[:, SOMETIMES_MISSING] != asked[:, SOMETIMES_MISSING]).all()
    assert np.isnan(model.fills.applied(asked)[:, SOMETIMES_MISSING]).all()


def test_a_code_that_is_not_known_is_none_of_the_codes(model: RiskModel) -> None:
    asked, no_code = grown_on()[:50], grown_on()[:50]
    asked[:, :PARTS], no_code[:, :PARTS] = np.nan, 0
    assert (model.score(asked) == model.score(no_code)).all()


def test_rows_that_need_no_fill_are_not_copied(model: RiskModel) -> None:
    asked = grown_on()
    assert model.fills.applied(asked) is asked


def test_the_golden_vectors_ask_for_every_fill(model: RiskModel) -> None:
    assert np.isnan(make_golden(model).rows).any(axis=0).all()


def test_fills_come_back_from_json_to_the_bit(model: RiskModel) -> None:
    assert Fills.from_json(json.loads(json.dumps(model.fills.to_json()))) == model.fills
