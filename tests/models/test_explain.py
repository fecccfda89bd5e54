"""Explanations by declared feature: one-hot parts merged, sums kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.contract import FeatureContract
from models.explain import explain, explain_parts
from tests.models import making


@settings(max_examples=20, deadline=None)
@given(parts=st.integers(0, 5), seed=st.integers(0, 1000))
def test_merged_contributions_add_up_to_the_score(parts: int, seed: int) -> None:
    model = making.small_model(6, parts=parts)
    matrix = making.rows(40, 6, seed)
    made = explain(model, matrix)
    assert len(made.sources) == 6 - max(parts - 1, 0)
    assert np.abs(made.scores() - model.score(matrix)).max() < 1e-6


def test_the_parts_of_one_feature_become_their_sum_and_nothing_else_changes() -> None:
    model = making.small_model(6, parts=3)
    matrix = making.rows(40, 6, seed=4)
    raw, made = model.contributions(matrix), explain(model, matrix)
    assert made.sources == ("kind", "f3", "f4", "f5")
    assert np.abs(made.contributions[:, 0] - raw[:, :3].sum(axis=1)).max() < 1e-12
    assert (made.contributions[:, 1:] == raw[:, 3:-1]).all()
    assert made.bias == raw[0, -1]


def test_parts_that_do_not_stand_together_are_merged_too() -> None:
    contract = making.numbered(4)
    scattered = FeatureContract(contract.names, ("a", "b", "a", "c"), contract.directions, contract.ranges)
    model = making.risk_model(making.grow(making.rows(300, 4), contract.names), scattered)
    matrix = making.rows(20, 4, seed=4)
    raw, made = model.contributions(matrix), explain(model, matrix)
    assert made.sources == ("a", "b", "c")
    assert made.contributions[:, 0] == pytest.approx(raw[:, 0] + raw[:, 2])


def test_a_region_explained_in_parts_is_the_region() -> None:
    model = making.small_model(6, parts=2)
    matrix = making.rows(50, 6, seed=4)
    parts = list(explain_parts(model, matrix, rows=20))
    assert [len(part.contributions) for part in parts] == [20, 20, 10]
    assert (np.concatenate([part.contributions for part in parts]) == explain(model, matrix).contributions).all()


def test_nobody_needs_no_explanation() -> None:
    made = explain(making.small_model(6, parts=2), np.empty((0, 6), dtype=np.float32))
    assert made.contributions.shape == (0, 5)
    assert made.scores().shape == (0,)
