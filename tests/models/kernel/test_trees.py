"""Trees read from a booster's text, and the boosters the kernel refuses."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest

from models.kernel.kernel import Kernel
from models.kernel.trees import KernelUnsupportedError, read_trees
from tests.models import making


def test_trees_are_those_lightgbm_says_it_has() -> None:
    booster = making.grow(making.rows(600, 4), making.numbered(4).names, 3)
    table = booster.trees_to_dataframe()
    for number, tree in enumerate(read_trees(booster.model_to_string())):
        nodes = table[table["tree_index"] == number]
        splits = nodes[nodes["split_feature"].notna()].sort_values("node_index")
        order = [f"{number}-S{place}" for place in range(len(tree.feature))]
        splits = splits.set_index("node_index").loc[order]
        assert [f"f{feature}" for feature in tree.feature] == splits["split_feature"].to_list()
        assert tree.threshold.tolist() == splits["threshold"].to_list()
        assert tree.rows.tolist() == splits["count"].to_list()
        assert ["left" if left else "right" for left in tree.default_left] == splits["missing_direction"].to_list()


def test_the_mean_is_that_of_lightgbm_to_the_bit() -> None:
    matrix = making.rows(600, 4)
    booster = making.grow(matrix, making.numbered(4).names, 1, num_leaves=31)
    (tree,) = read_trees(booster.model_to_string())
    assert tree.mean() == np.asarray(booster.predict(matrix[:1], pred_contrib=True))[0, -1]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"objective": "multiclass", "num_class": 2}, "several classes"),
        ({"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1}, "averages"),
        ({"linear_tree": True}, "linear leaves"),
        ({"categorical_feature": [0]}, "splits on a category"),
    ],
)
def test_boosters_of_another_kind_are_refused(settings: dict[str, Any], why: str) -> None:
    random = np.random.default_rng(1)
    matrix = random.integers(0, 6, size=(500, 3)).astype(np.float32)
    labels = ((matrix[:, 0] % 2 == 0) ^ (random.random(500) < 0.2)).astype(np.float64)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1} | settings
    kinds = {name: settings.pop(name) for name in ["categorical_feature"] if name in settings}
    data = lightgbm.Dataset(matrix, labels, params=settings, **kinds)
    booster = lightgbm.train(settings, data, num_boost_round=3)
    with pytest.raises(KernelUnsupportedError, match=why):
        Kernel.of(booster.model_to_string(), 3)
