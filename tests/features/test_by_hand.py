"""The features against the same ones written by hand, in plain pandas and in plain Polars, without any operator."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.features import Contest, largest_difference


def test_the_operators_give_what_plain_pandas_and_plain_polars_give() -> None:
    contest = Contest.of(800)
    ours = contest.ours()
    assert ours.shape[0] > 500
    assert len(contest.names) >= 25
    assert largest_difference(ours, contest.pandas()) == 0
    assert largest_difference(ours, contest.polars()) == 0


def test_a_difference_is_seen() -> None:
    ours = np.array([[1.0, np.nan]], dtype=np.float32)
    assert largest_difference(ours, ours) == 0
    assert largest_difference(ours, np.array([[1.5, np.nan]], dtype=np.float32)) == 0.5
    assert largest_difference(ours, np.array([[1.0, 2.0]], dtype=np.float32)) == float("inf")
    assert largest_difference(ours, ours[:, :1]) == float("inf")
