"""The risk model: scores, exact contributions, identity, and what it refuses."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cli.console import UserError
from models.fills import Fills
from models.kernel.kernel import Kernel
from models.kernel.limits import kernel_limits
from models.risk_model import RiskModel
from tests.models import making
from tests.models.oracle import shap_explainer, shap_values, shapley_values

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "deep": {"num_leaves": 31, "max_depth": 6},
    "stumps": {"num_leaves": 2},
    "monotone": {"monotone_constraints": [1, -1, 0, 0, 0, 0], "monotone_constraints_method": "advanced"},
    "one tree": {"trees": 1},
    "row and column samples": {"bagging_fraction": 0.5, "bagging_freq": 1, "feature_fraction": 0.5},
    "dart": {"boosting": "dart"},
    "l1": {"lambda_l1": 5.0, "min_gain_to_split": 1.0},
}


def forced_to_one_leaf() -> RiskModel:
    return making.small_model(min_data_in_leaf=10_000)


def with_constant_feature() -> RiskModel:
    contract = making.numbered(4)
    matrix = making.rows(600, 4)
    matrix[:, 2] = 7.0
    return making.risk_model(making.grow(matrix, contract.names), contract)


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_agree_with_the_definition_of_a_shapley_value(kind: str) -> None:
    model = making.small_model(**KINDS[kind])
    booster = lightgbm.Booster(model_str=model.booster_text)
    matrix = making.rows(12, 6, seed=9, missing=0.3)
    expected = np.array([shapley_values(booster, row) for row in matrix])
    assert np.abs(model.contributions(matrix) - expected).max() < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_contributions_agree_with_shap(kind: str) -> None:
    model = making.small_model(**KINDS[kind])
    matrix = making.rows(200, 6, seed=9, missing=0.2)
    expected = shap_values(shap_explainer(lightgbm.Booster(model_str=model.booster_text), own=True), matrix)
    assert np.abs(model.contributions(matrix)[:, :-1] - expected).max() < 1e-6


@settings(max_examples=25, deadline=None)
@given(
    leaves=st.integers(2, 40),
    depth=st.integers(1, 8),
    trees=st.integers(1, 30),
    width=st.integers(1, 12),
    missing=st.floats(0, 0.9),
    seed=st.integers(0, 10_000),
    monotone=st.booleans(),
)
def test_contributions_add_up_to_the_score(
    *, leaves: int, depth: int, trees: int, width: int, missing: float, seed: int, monotone: bool
) -> None:
    contract = making.numbered(width)
    constraints = {"monotone_constraints": [1 - 2 * (place % 2) for place in range(width)]} if monotone else {}
    booster = making.grow(
        making.rows(300, width, seed, missing), contract.names, trees, num_leaves=leaves, max_depth=depth, **constraints
    )
    model = making.risk_model(booster, contract)
    asked = making.rows(50, width, seed + 1, missing)
    contributions = model.contributions(asked)
    assert contributions.shape == (50, width + 1)
    assert np.abs(contributions.sum(axis=1) - model.score(asked)).max() < 1e-6
    assert np.ptp(contributions[:, -1]) == 0


@pytest.mark.parametrize("make", [forced_to_one_leaf, with_constant_feature])
def test_features_that_no_tree_uses_add_nothing(make: Any) -> None:
    model = make()
    matrix = making.rows(20, len(model.contract.names), seed=3)
    contributions = model.contributions(matrix)
    unused = contributions[:, 2] if len(model.contract.names) == 4 else contributions[:, :-1]
    assert (unused == 0).all()
    assert np.abs(contributions.sum(axis=1) - model.score(matrix)).max() < 1e-9


def test_a_monotone_model_never_scores_lower_for_a_higher_value() -> None:
    model = making.small_model(monotone_constraints=[1, 0, 0, 0, 0, 0], monotone_constraints_method="advanced")
    matrix = making.rows(100, 6, seed=5)
    lower, higher = matrix.copy(), matrix.copy()
    lower[:, 0], higher[:, 0] = -0.5, 1.5
    assert (model.score(higher) >= model.score(lower)).all()


def test_the_width_of_the_input_does_not_change_a_score() -> None:
    model = making.small_model()
    narrow = making.rows(300, 6, seed=2)
    # These differ from the float32 values only beyond what training could see.
    wide = narrow.astype(np.float64) * (1 + 1e-9)
    assert (model.score(wide) == model.score(narrow)).all()
    assert (model.contributions(wide) == model.contributions(narrow)).all()


def test_threads_change_neither_scores_nor_contributions() -> None:
    model = making.small_model()
    matrix = making.rows(300, 6, seed=2)
    assert (model.score(matrix, threads=2) == model.score(matrix)).all()
    assert (model.contributions(matrix, threads=2) == model.contributions(matrix)).all()


def test_parts_are_the_whole_in_order() -> None:
    model = making.small_model()
    matrix = making.rows(103, 6, seed=2)
    parts = list(model.contribution_parts(matrix, rows=25))
    assert [len(part) for part in parts] == [25, 25, 25, 25, 3]
    assert (np.concatenate(parts) == model.contributions(matrix)).all()


def test_from_the_declared_number_of_rows_on_the_kernel_explains() -> None:
    model = making.small_model(num_leaves=31, max_depth=6)
    least = kernel_limits().least_rows
    matrix = making.rows(least, 6, seed=2)
    by_kernel = Kernel.of(model.booster_text, 6).contributions(matrix)
    by_lightgbm = np.asarray(lightgbm.Booster(model_str=model.booster_text).predict(matrix, pred_contrib=True))
    assert (by_kernel != by_lightgbm).any()
    assert (model.contributions(matrix) == by_kernel).all()
    assert (model.contributions(matrix[:-1]) == by_lightgbm[:-1]).all()
    assert (np.concatenate(list(model.contribution_parts(matrix, rows=37))) == by_kernel).all()


def test_the_kernel_and_lightgbm_say_the_same() -> None:
    model = making.small_model(num_leaves=31, max_depth=6)
    matrix = making.rows(kernel_limits().least_rows, 6, seed=2, missing=0.3)
    assert isinstance(model.kernel_or_refusal(), Kernel)
    assert np.abs(model.contributions(matrix)[:-1] - model.contributions(matrix[:-1])).max() < 1e-9


def test_a_model_too_deep_for_the_kernel_says_so_and_is_explained_by_lightgbm() -> None:
    model = making.small_model(num_leaves=60, min_data_in_leaf=1)
    matrix = making.rows(kernel_limits().least_rows, 6, seed=2)
    assert model.kernel_or_refusal() == "a tree is deeper than 8 splits"
    expected = lightgbm.Booster(model_str=model.booster_text).predict(matrix, pred_contrib=True)
    assert (model.contributions(matrix) == expected).all()


def test_a_few_children_do_not_wait_for_the_compiler() -> None:
    code = """
import sys
from tests.models import making
model = making.small_model()
model.contributions(making.rows(3, 6))
assert "numba" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_identity_does_not_depend_on_how_many_threads_grew_the_trees() -> None:
    one, two = making.small_model(trees=2, num_threads=1), making.small_model(trees=2, num_threads=2)
    assert one.booster_text != two.booster_text
    assert one.identity == two.identity
    assert making.small_model(trees=2, num_leaves=9).identity != one.identity


def test_a_model_can_be_sent_to_another_process() -> None:
    model = making.small_model()
    matrix = making.rows(20, 6)
    sent = pickle.loads(pickle.dumps(model))  # noqa: S301 - made on this line
    assert (sent.score(matrix) == model.score(matrix)).all()


def test_a_kernel_kept_with_a_model_explains_however_few_and_wherever_it_is_sent() -> None:
    model = making.small_model(num_leaves=31, max_depth=6)
    kernel = Kernel.of(model.booster_text, 6)
    matrix = making.rows(3, 6, seed=2)
    kept = replace(model, kernel=kernel)
    sent = pickle.loads(pickle.dumps(kept))  # noqa: S301 - made on this line
    assert len(pickle.dumps(kept)) < 2 * len(pickle.dumps(model))
    for one in (kept, sent):
        assert (one.contributions(matrix) == kernel.contributions(matrix)).all()


def test_no_children_have_no_scores() -> None:
    model = making.small_model()
    nobody = np.empty((0, 6), dtype=np.float32)
    assert model.score(nobody).shape == (0,)
    assert model.contributions(nobody).shape == (0, 7)


def test_probability_rises_with_the_score() -> None:
    model = making.small_model()
    scores = np.sort(model.score(making.rows(50, 6)))
    assert (np.diff(model.probability(scores)) >= 0).all()


@pytest.mark.parametrize("shape", [(5, 5), (5, 7), (6,)])
def test_a_matrix_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="feature contract has 6 features"):
        making.small_model().score(np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300])
def test_an_infinite_value_is_refused_by_name_and_place(value: float) -> None:
    matrix = making.rows(5, 6).astype(np.float64)
    matrix[3, 2] = value
    with pytest.raises(UserError, match="f2 of row 3 is infinite"):
        making.small_model().score(matrix)


@pytest.mark.parametrize("names", [("f1", "f0"), ("f0",), ("f0", "f1", "f2")])
def test_a_booster_grown_on_other_columns_is_refused(names: tuple[str, ...]) -> None:
    text = making.grow(making.rows(100, len(names)), names).model_to_string()
    with pytest.raises(UserError, match="not the 2 of the feature contract"):
        RiskModel(text, making.numbered(2), making.CALIBRATION, making.CUTOFFS, Fills((None, None)))


def test_fills_of_another_number_of_features_are_refused() -> None:
    model = making.small_model()
    with pytest.raises(UserError, match="2 fills for the 6 features"):
        replace(model, fills=Fills((None, None)))


def test_a_text_that_is_no_booster_is_refused_without_loading_it() -> None:
    with pytest.raises(UserError, match="grown on 0 features"):
        RiskModel("tree\nversion=v4\n", making.numbered(2), making.CALIBRATION, making.CUTOFFS, Fills((None, None)))
