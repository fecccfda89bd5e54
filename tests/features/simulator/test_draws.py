"""Draws follow the shares and the bounds of the data files."""

from __future__ import annotations

import numpy as np
import pytest

from features.simulator.draws import bounded, log_normal, pick
from features.simulator.shapes import Bounded, LogNormal
from features.simulator.words import Water


def test_pick_follows_the_shares(rng: np.random.Generator) -> None:
    drawn = pick(rng, {"well": 3.0, "tap": 1.0}, Water, 20_000)
    assert set(drawn) == {Water.WELL, Water.TAP}
    assert np.mean(drawn == Water.WELL) == pytest.approx(0.75, abs=0.015)


def test_log_normal_is_skewed_and_cut(rng: np.random.Generator) -> None:
    drawn = log_normal(rng, LogNormal(10.0, 1.0, 50.0), 20_000)
    assert np.median(drawn) == pytest.approx(10.0, rel=0.05)
    assert drawn.max() == 50.0


def test_bounded_stays_within_its_bounds(rng: np.random.Generator) -> None:
    drawn = bounded(rng, Bounded(60.0, 20.0, 50.0, 70.0), 1_000)
    assert drawn.min() == 50.0
    assert drawn.max() == 70.0
