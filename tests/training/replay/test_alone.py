"""Tests of ``training.replay.alone``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.training.made import CONTRACT, make_dataset
from tests.training.plans import small_plan
from training.replay.alone import alone_column, alone_scores, one_feature_orders


def test_the_feature_that_ranked_best_before_the_test_window_comes_first(tmp_path: Path) -> None:
    dataset = make_dataset(tmp_path)
    found = one_feature_orders(dataset, small_plan(), 2)
    assert found[0].name == "need"
    assert len(found) == 2
    parts = list(dataset.parts("test"))
    scores = alone_scores(parts, found)
    assert [one.name for one in scores] == [alone_column(one) for one in found]
    values = np.concatenate([part.matrix[:, 0] for part in parts]).astype(np.float64)
    assert np.array_equal(scores[0].to_numpy(), np.where(np.isnan(values), -np.inf, values))


def test_the_columns_of_one_feature_are_shown_once(tmp_path: Path) -> None:
    joined = replace(CONTRACT, sources=("need", "need", "noise", "empty"))
    found = one_feature_orders(replace(make_dataset(tmp_path), contract=joined), small_plan(), 4)
    assert [joined.sources[one.column] for one in found].count("need") == 1
