"""Drift: counties of any size that have not moved do not alarm, those that have do, whatever the clustering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import chisquare

from models.release.reference import FeatureReference, ReferenceDistribution, reference_distribution
from training.monitor.drift import bin_of, discoveries, divergence, unknown_share
from training.monitor.limits import load_limits

REPETITIONS = 200
REFERENCE_CHILDREN = 6_000
LIMITS = load_limits().drift
POINTS = load_limits().unknown.points_above
NAMES = tuple(f"f{number}" for number in range(14))
SHIFTED = 4


@dataclass(frozen=True)
class County:
    matrix: np.ndarray
    house: np.ndarray


def made_county(random: np.random.Generator, children: int, shift: float = 0.0) -> County:
    """Households of one to three children: facts of the household, of the child, of both; rare, counted, unknown."""
    sizes = random.choice([1, 2, 3], children, p=[0.6, 0.3, 0.1])
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), children)) + 1]
    house = np.repeat(np.arange(len(sizes)), sizes)
    home, own = random.normal(size=(len(sizes), 10))[house], random.normal(size=(house.size, 8))
    columns = [
        home[:, 0],
        own[:, 0],
        home[:, 1] + own[:, 1],
        np.exp(home[:, 2]),
        home[:, 3] + shift,
        home[:, 4] > 1,
        own[:, 2] > 2,
        home[:, 5] > 1.8,
        random.poisson(np.exp(-0.5 + 0.7 * home[:, 6])),
        np.round(np.abs(own[:, 3]) * 5),
        np.where(own[:, 4] > 1 - shift, np.nan, own[:, 5]),
        np.where(home[:, 7] > 0.5, np.nan, home[:, 8]),
        home[:, 9] + 0.3 * own[:, 6],
        home[:, 9] + 0.3 * own[:, 7],
    ]
    return County(np.column_stack(columns).astype(np.float32), house)


@pytest.fixture(scope="module")
def reference() -> ReferenceDistribution:
    return reference_distribution(made_county(np.random.default_rng(11), REFERENCE_CHILDREN).matrix, NAMES)


def p_values(county: County, reference: ReferenceDistribution, effect: float, points: float) -> tuple[list, list]:
    moved, gone = [], []
    for place, one in enumerate(reference.features):
        bins = bin_of(county.matrix[:, place], one)
        drift = divergence(bins, county.house, one, size=REFERENCE_CHILDREN, least_expected=LIMITS.least_expected)
        unknown = unknown_share(bins, county.house, one, size=REFERENCE_CHILDREN)
        moved += [] if drift is None else [drift.p_value(effect)]
        gone += [] if unknown is None else [unknown.p_value(points)]
    return moved, gone


@pytest.mark.slow
@pytest.mark.parametrize("children", [50, 200, 2000])
def test_counties_that_have_not_moved_do_not_cry_wolf(children: int) -> None:
    """In at most 5 % of the repetitions, even when any change at all would alarm; each with a reference of its own."""
    random = np.random.default_rng(children)
    any_effect = declared_effect = 0
    singles: list[float] = []
    for _ in range(REPETITIONS):
        made = reference_distribution(made_county(random, REFERENCE_CHILDREN).matrix, NAMES)
        county = made_county(random, children)
        moved, gone = p_values(county, made, 0.0, 0.0)
        singles += moved
        any_effect += discoveries(np.array(moved + gone), LIMITS.false_discovery_rate).any()
        moved, gone = p_values(county, made, LIMITS.feature_effect, POINTS)
        declared_effect += discoveries(np.array(moved + gone), LIMITS.false_discovery_rate).any()
    assert any_effect / REPETITIONS <= 0.05
    assert declared_effect / REPETITIONS <= 0.01
    assert 0.03 <= (np.array(singles) < 0.05).mean() <= 0.06  # neither liberal nor so cautious that it never sees


@pytest.mark.parametrize(("children", "least_power"), [(50, 0.5), (200, 0.95), (2000, 1.0)])
def test_a_county_that_moved_is_found_in_the_column_that_moved(
    children: int, least_power: float, reference: ReferenceDistribution
) -> None:
    random = np.random.default_rng(children)
    found = 0
    for _ in range(20):
        moved, _ = p_values(made_county(random, children, shift=1.3), reference, LIMITS.feature_effect, POINTS)
        kept = discoveries(np.array(moved), LIMITS.false_discovery_rate)
        found += bool(kept[SHIFTED])
        assert kept.sum() <= 3
    assert found / 20 >= least_power


def test_a_change_smaller_than_the_declared_effect_is_no_alarm_however_large_the_county(
    reference: ReferenceDistribution,
) -> None:
    moved, _ = p_values(made_county(np.random.default_rng(3), 40_000, shift=0.15), reference, 0.0, POINTS)
    assert moved[SHIFTED] < 1e-6
    moved, _ = p_values(
        made_county(np.random.default_rng(3), 40_000, shift=0.15), reference, LIMITS.feature_effect, POINTS
    )
    assert min(moved) > 0.05


def test_values_that_are_gone_are_found(reference: ReferenceDistribution) -> None:
    county = made_county(np.random.default_rng(5), 400)
    matrix = county.matrix.copy()
    matrix[:, 1] = np.nan
    moved, gone = p_values(County(matrix, county.house), reference, LIMITS.feature_effect, POINTS)
    assert len(moved) == len(NAMES) - 1
    assert list(np.flatnonzero(discoveries(np.array(gone), LIMITS.false_discovery_rate))) == [1]


def test_independent_children_against_a_certain_reference_give_pearsons_test() -> None:
    one = FeatureReference("x", (1.0, 2.0, 3.0), (4_000, 3_000, 2_000, 1_000), 0)
    random = np.random.default_rng(2)
    bins = random.choice(4, 5_000, p=[0.38, 0.31, 0.2, 0.11])
    made = divergence(bins, np.arange(5_000), one, size=1e12, least_expected=5)
    assert made is not None
    expected = chisquare(np.bincount(bins), np.array([0.4, 0.3, 0.2, 0.1]) * 5_000)
    assert made.distance * 5_000 == pytest.approx(expected.statistic)
    assert made.p_value() == pytest.approx(expected.pvalue, abs=0.01)
    assert made.design_effect == pytest.approx(1, abs=0.05)


def test_children_who_are_all_alike_in_a_household_count_as_one() -> None:
    one = FeatureReference("x", (1.0,), (5_000, 5_000), 0)
    random = np.random.default_rng(2)
    bins, house = np.repeat(random.integers(0, 2, 300), 3), np.repeat(np.arange(300), 3)
    made = divergence(bins, house, one, size=1e12, least_expected=5)
    assert made is not None
    assert made.design_effect == pytest.approx(3, abs=0.1)
    alone = divergence(bins[::3], house[::3], one, size=1e12, least_expected=5)
    assert alone is not None
    assert made.p_value() == pytest.approx(alone.p_value(), abs=1e-6)


def test_the_effect_leaves_out_what_chance_adds() -> None:
    one = FeatureReference("x", (1.0,), (5_000, 5_000), 0)
    same = divergence(np.tile([0, 1], 40), np.arange(80), one, size=10_000, least_expected=5)
    far = divergence(np.zeros(400, dtype=np.intp), np.arange(400), one, size=10_000, least_expected=5)
    assert same is not None
    assert far is not None
    assert same.effect == 0
    assert same.p_value() == 1
    assert far.effect == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("bins", "counts"),
    [([-1] * 50, (500, 500)), ([0, 1] * 25, ()), ([0] * 50, (1_000,)), ([0, 1] * 3, (990, 10))],
    ids=["nothing known", "nothing in the reference", "one bin", "too few children for two bins"],
)
def test_where_nothing_can_be_told_nothing_is_said(bins: list[int], counts: tuple[int, ...]) -> None:
    one = FeatureReference("x", tuple(float(n) for n in range(1, len(counts))), counts, 5)
    array = np.array(bins, dtype=np.intp)
    assert divergence(array, np.arange(array.size), one, size=1_000, least_expected=5) is None


def test_no_reference_or_no_child_says_nothing_of_what_is_not_known() -> None:
    nobody = np.zeros(0, dtype=np.intp)
    assert unknown_share(nobody, nobody, FeatureReference("x", (), (), 20), size=100) is None
    some = np.zeros(5, dtype=np.intp)
    assert unknown_share(some, some, FeatureReference("x", (), (), 0), size=100) is None


def test_bins_are_half_open_like_those_of_the_reference() -> None:
    one = FeatureReference("x", (1.0, 2.0), (1, 1, 1), 0)
    values = np.array([0.5, 1.0, 1.5, 2.0, 9.0, np.nan], dtype=np.float32)
    assert bin_of(values, one).tolist() == [0, 1, 1, 2, 2, -1]


def test_no_test_finds_nothing() -> None:
    assert not discoveries(np.zeros(0), 0.05).any()
