"""Design-based intervals hold the truth where their assumptions hold, and the rows say where they may not."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from features.simulator.plan import SimulationPlan
from tests.behaviour.coverage import coverage, warned
from tests.behaviour.redraw import World, make_world, redraw
from training.design.rules import load_rules

RULES = load_rules()
REPETITIONS = 200
WANTED = (0.93, 0.97)
STANDARD_ERRORS = 2.6


def tolerance(share: float) -> float:
    """What 200 repetitions may be off by chance, once in a hundred (binomial)."""
    return STANDARD_ERRORS * sqrt(share * (1 - share) / REPETITIONS)


def world_of(folder: Path, scenario: str, children: int) -> World:
    return make_world(folder, SimulationPlan(children=children, counties=2, seed=1, scenario=scenario))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_of(tmp_path_factory.mktemp("small"), "default", 1_500)


def test_a_redraw_keeps_the_frame_and_draws_by_the_logged_chance(small: World) -> None:
    rng = np.random.default_rng(3)
    made = [redraw(small, rng) for _ in range(20)]
    assert all(one.drawn[small.chance >= 1].all() for one in made)
    share = np.mean([one.drawn[small.chance < 1].mean() for one in made])
    assert share == pytest.approx(small.chance[small.chance < 1].mean(), abs=0.005)
    assert not (made[0].drawn == made[1].drawn).all()


def test_a_label_that_is_known_is_the_child_s_own_outcome(small: World) -> None:
    one = redraw(small, np.random.default_rng(3))
    known = one.drawn & ~np.isnan(one.label)
    assert (one.label[known] == one.outcome[known]).all()
    assert 0.02 < one.outcome.mean() < 0.4
    assert one.rows(small)["label"].null_count() == np.isnan(one.label).sum()


def test_redrawn_labels_are_as_common_as_the_simulator_s_own(small: World) -> None:
    own = small.rows.filter(small.rows["drawn"])["label"].drop_nulls()
    rng = np.random.default_rng(4)
    shares = [np.nanmean(one.label[one.drawn]) for one in (redraw(small, rng) for _ in range(10))]
    assert np.mean(shares) == pytest.approx(own.mean(), abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["default", "hidden-confounding"])
def test_intervals_hold_the_truth_where_answers_are_by_chance(tmp_path: Path, scenario: str) -> None:
    """An unrecorded factor that drives visits and need does no harm to what the lot says."""
    world = world_of(tmp_path, scenario, 4_000)
    found = coverage(world, RULES, REPETITIONS, by_chance=True)
    for one in found:
        assert one.told > 0.5, one
        assert one.covered is not None
        assert WANTED[0] - tolerance(WANTED[0]) <= one.covered <= WANTED[1] + tolerance(WANTED[1]), one
        assert one.bounds is not None
        assert one.bounds >= WANTED[0], one
        assert abs(one.bias or 0) < 0.25 * (one.spread or 0), one


@pytest.mark.slow
def test_the_rows_warn_where_assumptions_fail_and_are_silent_where_they_hold(tmp_path: Path) -> None:
    sound = warned(world_of(tmp_path / "sound", "default", 4_000), RULES, 4)
    assert {code for code, share in sound.items() if share > 0.5} == set()
    assert warned(world_of(tmp_path / "nested", "nested-visitors", 2_000), RULES, 2)["nested_visitors"] == 1.0
    assert warned(world_of(tmp_path / "certain", "no-random-arm", 2_000), RULES, 2)["no_random_arm"] == 1.0
    assert warned(world_of(tmp_path / "broken", "policy-break", 2_000), RULES, 2)["frame_changed"] == 1.0


@pytest.mark.slow
def test_a_factor_nobody_recorded_is_warned_of_when_lists_are_many(tmp_path: Path) -> None:
    """The lot draws few: the difference shows in a large county's lists of two years, not in a small one's."""
    hidden = warned(world_of(tmp_path, "hidden-confounding", 24_000), RULES, 4)
    assert hidden["routine_disagrees"] >= 0.5
