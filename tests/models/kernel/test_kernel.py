"""The kernel against LightGBM's own contributions and against shap, on many kinds of model."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.kernel.kernel import Kernel
from models.kernel.limits import kernel_limits
from models.kernel.trees import KernelUnsupportedError
from tests.models import making
from tests.models.oracle import shap_explainer, shap_values

BLOCK_ROWS = kernel_limits().block_rows

# Sums of doubles in another order: far below the 1e-5 that is asked for.
CLOSE = 1e-9

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "nothing is missing": {"use_missing": False},
    "zero is missing": {"zero_as_missing": True},
    "monotone": {"monotone_constraints": [1, -1, 0, 1, 0, 0], "monotone_constraints_method": "advanced"},
    "stumps": {"num_leaves": 2},
    "as deep as can be": {"num_leaves": 255, "max_depth": 8, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0},
    "samples": {"bagging_fraction": 0.5, "bagging_freq": 1, "feature_fraction": 0.5},
    "goss": {"data_sample_strategy": "goss"},
    "dart": {"boosting": "dart"},
    "extra trees": {"extra_trees": True, "num_leaves": 40, "max_depth": 8},
    "no split": {"min_data_in_leaf": 10_000},
    "coarse": {"max_bin": 3},
}


def asked(width: int, seed: int) -> making.Matrix:
    """Rows with missing values, zeros, values next to zero, and values far outside of training."""
    random = np.random.default_rng(seed)
    matrix = making.rows(300, width, seed, missing=0.25)
    odd = np.array([0.0, -0.0, 1e-36, -1e-36, 1e-35, 2e-35, -2e-35, 1e-40, 50.0, -50.0, 1e30, -1e30], dtype=np.float32)
    places = random.random(matrix.shape) < 0.2
    matrix[places] = random.choice(odd, size=int(places.sum()))
    return matrix


def at_the_thresholds(booster: lightgbm.Booster, matrix: making.Matrix) -> making.Matrix:
    """The rows, with thresholds of the model and their neighbours among 32-bit numbers as values."""
    table = booster.trees_to_dataframe()
    random = np.random.default_rng(3)
    matrix = matrix.copy()
    for place, name in enumerate(booster.feature_name()):
        cuts = table.loc[table["split_feature"] == name, "threshold"].to_numpy(np.float64)
        cuts = cuts[np.abs(cuts) < 1e30].astype(np.float32)
        if len(cuts):
            near = np.concatenate([cuts, np.nextafter(cuts, np.float32(9e9)), np.nextafter(cuts, np.float32(-9e9))])
            chosen = random.random(len(matrix)) < 0.5
            matrix[chosen, place] = random.choice(near, size=int(chosen.sum()))
    return matrix


def difference(booster: lightgbm.Booster, matrix: making.Matrix) -> float:
    expected = np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1))
    kernel = Kernel.of(booster.model_to_string(), matrix.shape[1])
    # To the last bit, so that no order is ever another.
    assert (kernel.scorer.scores(matrix) == np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))).all()
    return float(np.abs(kernel.contributions(matrix) - expected).max())


def grown(width: int = 6, seed: int = 0, missing: float = 0.15, **parameters: Any) -> lightgbm.Booster:
    matrix = making.rows(600, width, seed, missing)
    matrix[::7, -1] = 0
    return making.grow(matrix, making.numbered(width).names, **parameters)


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("kind", KINDS)
def test_contributions_are_those_of_lightgbm(kind: str, missing: float) -> None:
    booster = grown(missing=missing, **KINDS[kind])
    matrix = asked(6, seed=5)
    assert difference(booster, matrix) < CLOSE
    assert difference(booster, at_the_thresholds(booster, matrix)) < CLOSE


@pytest.mark.parametrize("kind", ["plain", "as deep as can be", "zero is missing"])
def test_contributions_are_those_of_shap(kind: str) -> None:
    booster = grown(**KINDS[kind])
    matrix = making.rows(60, 6, seed=9, missing=0.2)
    expected = shap_values(shap_explainer(booster, own=True), matrix)
    kernel = Kernel.of(booster.model_to_string(), 6)
    assert np.abs(kernel.contributions(matrix)[:, :-1] - expected).max() < 1e-6


@settings(max_examples=40, deadline=None)
@given(
    leaves=st.integers(2, 255),
    depth=st.integers(1, 8),
    trees=st.integers(1, 12),
    width=st.integers(1, 20),
    missing=st.sampled_from([0.0, 0.05, 0.5, 0.95]),
    seed=st.integers(0, 10_000),
    least=st.sampled_from([0, 1, 5, 40]),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
    monotone=st.booleans(),
)
def test_contributions_are_those_of_lightgbm_for_any_model(
    *, leaves: int, depth: int, trees: int, width: int, missing: float, seed: int, least: int, zero_as_missing: bool,
    use_missing: bool, monotone: bool,
) -> None:  # fmt: skip
    constraints = {"monotone_constraints": [1 - 2 * (place % 2) for place in range(width)]} if monotone else {}
    booster = grown(
        width, seed, missing, trees=trees, num_leaves=leaves, max_depth=depth, min_data_in_leaf=least,
        min_sum_hessian_in_leaf=0 if least < 2 else 1e-3, zero_as_missing=zero_as_missing, use_missing=use_missing,
        **constraints,
    )  # fmt: skip
    matrix = asked(width, seed + 1)
    assert difference(booster, matrix) < CLOSE
    assert difference(booster, at_the_thresholds(booster, matrix)) < CLOSE


@settings(max_examples=8, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    width=st.sampled_from([6, 9]),
    seed=st.integers(0, 1000),
    missing=st.sampled_from([0.0, 0.3]),
)
def test_contributions_are_those_of_shap_for_any_kind(*, kind: str, width: int, seed: int, missing: float) -> None:
    parameters = dict(KINDS[kind])
    if "monotone_constraints" in parameters:
        parameters["monotone_constraints"] = [1 - 2 * (place % 2) for place in range(width)]
    booster = grown(width, seed, missing, trees=5, **parameters)
    # shap's own code sends a missing value the default way even where LightGBM, which saw none, reads it as zero.
    knows_missing = missing > 0 and kind != "nothing is missing"
    matrix = making.rows(20, width, seed + 1, missing=0.2 if knows_missing else 0.0)
    kernel = Kernel.of(booster.model_to_string(), width)
    expected = shap_values(shap_explainer(booster, own=True), matrix)
    assert np.abs(kernel.contributions(matrix)[:, :-1] - expected).max() < 1e-5


def test_one_feature_asked_for_again_and_again_down_a_path() -> None:
    booster = grown(1, missing=0.3, num_leaves=60, max_depth=8, min_data_in_leaf=1)
    assert difference(booster, at_the_thresholds(booster, asked(1, seed=2))) < CLOSE


@pytest.mark.slow
def test_more_thresholds_than_a_byte_can_count() -> None:
    matrix = making.rows(4000, 2, missing=0.1)
    booster = making.grow(matrix, ("f0", "f1"), 60, num_leaves=60, max_depth=8, max_bin=2000, min_data_in_bin=1)
    kernel = Kernel.of(booster.model_to_string(), 2)
    assert kernel.scorer.paths.test_starts.dtype == np.uint16
    assert difference(booster, at_the_thresholds(booster, asked(2, seed=2))) < CLOSE


def test_a_tree_deeper_than_the_bound_is_refused() -> None:
    booster = grown(num_leaves=60, min_data_in_leaf=1)
    with pytest.raises(KernelUnsupportedError, match="deeper than 8 splits"):
        Kernel.of(booster.model_to_string(), 6)


def test_a_model_of_one_class_only() -> None:
    matrix = making.rows(200, 3)
    settings = {"objective": "binary", "verbosity": -1}
    data = lightgbm.Dataset(matrix, np.zeros(200), params=settings)
    booster = lightgbm.train(settings, data, num_boost_round=5)
    assert difference(booster, matrix) < CLOSE


@pytest.mark.parametrize("count", [0, 1, 7, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 3])
def test_a_row_has_the_same_contributions_whatever_rows_it_comes_with(count: int) -> None:
    kernel = Kernel.of(grown().model_to_string(), 6)
    matrix = making.rows(2 * BLOCK_ROWS + 3, 6, seed=8)
    whole = kernel.contributions(matrix)
    assert (kernel.contributions(matrix[:count]) == whole[:count]).all()
    assert (kernel.contributions(matrix[count:]) == whole[count:]).all()
