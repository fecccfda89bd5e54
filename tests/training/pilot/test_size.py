"""The size of a pilot: wider for siblings alike, smaller for a finite county, never more than there are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.pilot.rules import load_rules
from training.pilot.size import pilot_size

RULE = replace(load_rules().size, response=1.0)


def _alone(households: int) -> np.ndarray:
    return np.ones(households, dtype=np.int64)


def test_a_large_county_of_single_children_needs_the_textbook_size() -> None:
    # 1.96² x 0.1 x 0.9 / 0.05² = 138.3 (Cochran 1977, ch. 4)
    found = pilot_size(_alone(1_000_000), 0.05, 0.10, RULE)
    assert found.needed == found.households == 139
    assert found.design_effect == 1
    assert found.half_width_log_odds == pytest.approx(0.05 / 0.09)


def test_a_small_county_needs_fewer_and_never_more_than_it_has() -> None:
    assert pilot_size(_alone(300), 0.05, 0.10, RULE).households < 139
    assert pilot_size(_alone(40), 0.001, 0.10, RULE).households == 40
    nobody = pilot_size(_alone(0), 0.05, 0.10, RULE)
    assert (nobody.households, nobody.needed) == (0, 0)


def test_siblings_who_are_alike_count_less_and_fewer_answers_ask_for_more() -> None:
    pairs = np.full(500_000, 2, dtype=np.int64)
    found = pilot_size(pairs, 0.05, 0.10, RULE)
    assert found.design_effect == pytest.approx(1 + RULE.intraclass)
    assert found.needed == pytest.approx(139 * found.design_effect, abs=2)
    assert found.households == pytest.approx(found.needed / 2, abs=1)
    assert pilot_size(pairs, 0.05, 0.10, load_rules().size).households > found.households


def test_a_rare_need_is_not_sized_below_the_declared_one() -> None:
    assert pilot_size(_alone(10_000), 0.05, 0.001, RULE) == pilot_size(_alone(10_000), 0.05, 0.10, RULE)


def test_the_interval_of_redrawn_pilots_is_as_narrow_as_asked_for() -> None:
    random = np.random.default_rng(4)
    siblings = random.integers(1, 4, 6_000)
    family = np.repeat(np.arange(len(siblings)), siblings)
    base = np.where(random.random(len(siblings)) < 0.1, 0.9, 0.1 / 9)
    need = random.random(len(family)) < np.where(random.random(len(family)) < 0.5, base[family], 0.1)
    size = pilot_size(siblings, 0.04, float(need.mean()), RULE)
    shares = []
    for _ in range(400):
        chosen = np.isin(family, random.choice(len(siblings), size.households, replace=False))
        shares.append(need[chosen].mean())
    assert np.quantile(np.abs(np.array(shares) - need.mean()), 0.95) <= 0.04 * 1.1
