"""The reference distribution: exhaustive bins that never stand for few children."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.release.limits import limits
from models.release.reference import FeatureReference, ReferenceDistribution, reference_distribution

LEAST = limits().reference_minimum_count
values = st.one_of(
    st.just(float("nan")), st.integers(0, 6).map(float), st.floats(-1e6, 1e6, width=32), st.floats(0, 1, width=32)
)


def one(column: list[float]) -> FeatureReference:
    return reference_distribution(np.array(column, dtype=np.float32)[:, None], ["age"]).features[0]


@settings(deadline=None)
@given(st.lists(values, max_size=300))
def test_no_group_is_smaller_than_declared_and_none_is_counted_twice(column: list[float]) -> None:
    made = one(column)
    assert all(count >= LEAST for count in made.counts)
    assert made.missing == 0 or made.missing >= LEAST
    assert list(made.edges) == sorted(set(made.edges))
    assert len(made.counts) in (0, len(made.edges) + 1)
    known = [value for value in column if not np.isnan(value)]
    assert made.missing in (0, len(column) - len(known))
    assert sum(made.counts) in (0, len(known))


@settings(deadline=None)
@given(st.lists(values, min_size=LEAST, max_size=300))
def test_counts_are_those_of_the_half_open_bins(column: list[float]) -> None:
    made = one(column)
    known = np.array([value for value in column if not np.isnan(value)], dtype=np.float32).astype(np.float64)
    if made.counts:
        bounds = [-np.inf, *made.edges, np.inf]
        expected = [((known >= low) & (known < high)).sum() for low, high in pairwise(bounds)]
        assert list(made.counts) == expected


def test_a_rare_answer_keeps_its_bin() -> None:
    made = one([0.0] * 970 + [1.0] * 30)
    assert made.edges == (1.0,)
    assert made.counts == (970, 30)


def test_an_answer_too_rare_to_show_joins_its_neighbour() -> None:
    made = one([0.0] * 500 + [1.0] * 300 + [2.0] * (LEAST - 1))
    assert made.counts == (500, 300 + LEAST - 1)


def test_a_first_bin_too_small_joins_the_next() -> None:
    made = one([0.0] * (LEAST - 1) + [1.0] * 300)
    assert made.edges == ()
    assert made.counts == (300 + LEAST - 1,)


def test_a_few_unknown_values_are_not_told() -> None:
    assert one([1.0] * 100 + [float("nan")] * (LEAST - 1)).missing == 0
    assert one([1.0] * 100 + [float("nan")] * LEAST).missing == LEAST


def test_a_few_known_values_are_not_told() -> None:
    made = one([1.0] * (LEAST - 1) + [float("nan")] * 50)
    assert made == FeatureReference("age", (), (), 50)


def test_edges_are_rounded_so_that_they_are_nobodys_value() -> None:
    made = one([float(value) for value in np.random.default_rng(0).normal(1000, 100, 1000)])
    assert len(made.edges) == limits().reference_bins - 1
    assert all(edge == float(f"{edge:.{limits().reference_significant_digits}g}") for edge in made.edges)


def test_shares_add_up_to_one() -> None:
    assert sum(one([1.0] * 100 + [2.0] * 100 + [float("nan")] * 57).shares()) == pytest.approx(1.0)
    assert one([]).shares() == ()


def test_a_matrix_of_other_width_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold 1 features"):
        reference_distribution(np.zeros((3, 2)), ["age"])


def test_it_survives_json() -> None:
    matrix = np.random.default_rng(0).normal(size=(500, 3))
    made = reference_distribution(matrix, ["a", "b", "c"])
    assert ReferenceDistribution.from_json(made.to_json()) == made
    assert [part.name for part in made.features] == ["a", "b", "c"]
