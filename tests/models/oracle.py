"""Two judges of explanations: Shapley values by their definition (every subset of features), and ``shap``."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

Node = Mapping[str, Any]


def shap_explainer(booster: lightgbm.Booster, *, own: bool = False) -> Any:
    """``shap.TreeExplainer`` of a booster. Left alone, it asks LightGBM itself; ``own`` makes it use its own code."""
    with warnings.catch_warnings():
        # shap's import uses names that matplotlib and numpy are about to retire.
        warnings.simplefilter("ignore")
        import shap

        explainer = shap.TreeExplainer(booster)
    if own:
        explainer.model.model_type = "internal"
    return explainer


def shap_values(explainer: Any, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Path-dependent Shapley values by shap, shape (n, p)."""
    with warnings.catch_warnings():
        # shap tells on every call that it changed the form of what it returns, once, years ago.
        warnings.filterwarnings("ignore", message="LightGBM binary classifier with TreeExplainer")
        return np.asarray(explainer.shap_values(matrix.astype(np.float64), check_additivity=False))


def shapley_values(booster: lightgbm.Booster, row: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Path-dependent Shapley values of one row, shape (p + 1,), the mean last."""
    trees = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    width = booster.num_feature()
    result = np.zeros(width + 1)
    for tree in trees:
        used = sorted(_features(tree))
        worth = {
            known: _expectation(tree, row, frozenset(known))
            for size in range(len(used) + 1)
            for known in combinations(used, size)
        }
        result[-1] += worth[()]
        for feature in used:
            others = [other for other in used if other != feature]
            for size in range(len(used)):
                weight = 1 / (len(used) * math.comb(len(used) - 1, size))
                for known in combinations(others, size):
                    result[feature] += weight * (worth[tuple(sorted((*known, feature)))] - worth[known])
    return result


def _features(node: Node) -> set[int]:
    if "split_feature" not in node:
        return set()
    return {node["split_feature"]} | _features(node["left_child"]) | _features(node["right_child"])


def _expectation(node: Node, row: npt.NDArray[np.float32], known: frozenset[int]) -> float:
    """The mean leaf a row reaches when only the ``known`` features decide and the rest follow the training rows."""
    if "split_feature" not in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        return _expectation(left if _goes_left(node, float(row[node["split_feature"]])) else right, row, known)
    share = _count(left) / _count(node)
    return share * _expectation(left, row, known) + (1 - share) * _expectation(right, row, known)


def _count(node: Node) -> int:
    return int(node["internal_count"] if "split_feature" in node else node["leaf_count"])


def _goes_left(node: Node, value: float) -> bool:
    if math.isnan(value):
        if node["missing_type"] == "NaN":
            return bool(node["default_left"])
        value = 0.0
    return value <= float(node["threshold"])
