"""The months one after the other, and what the scenarios change."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from features.simulator.plan import SimulationPlan, days
from features.simulator.regions import Places
from features.simulator.settings import Scenario, load_scenario
from features.simulator.story import Story, level_points, months_of
from features.simulator.words import Purpose, Stratum
from tests.features.simulator.conftest import PLAN, tell_story


def test_months_follow_each_other() -> None:
    months = months_of(SimulationPlan(months=14))
    assert len(months) == 14
    assert all(one.until == other.first for one, other in pairwise(months))
    assert months[-1].last == days(SimulationPlan(months=14).last_day)
    assert months[0].of_year == 5


def test_everybody_enters_and_visits_come_a_few_times_a_year(story: Story) -> None:
    assert story.scene.people.children.entered.all()
    visits = story.visits.joined()
    per_year = visits["met"].sum() / len(story.scene.people.households) / (PLAN.months / 12)
    assert 1.5 < per_year < 4.0


def test_lists_are_drawn_every_quarter_with_their_whole_frame(story: Story) -> None:
    months = months_of(PLAN)
    assert story.list_days == [months[place].first for place in (3, 6, 9)]
    rows = story.book.assignments.joined()
    on_file = story.scene.people.in_ledger()
    last = rows["household"][rows["number"] == 2]
    still = np.unique(story.scene.people.children.household[on_file])
    late = story.scene.people.households.entry[still] >= story.list_days[-1]
    assert np.isin(still[~late], last).all()
    assert set(rows["stratum"]) >= {Stratum.DUTY, Stratum.SCORE, Stratum.RANDOM}


def test_true_needs_that_last_are_kept_too(story: Story) -> None:
    truth = story.scene.needs.ended.joined()
    assert truth["ongoing"].sum() == int((story.scene.needs.grade > 0).sum())


def test_the_rules_break_half_way(places: Places) -> None:
    calm, broken = (tell_story(load_scenario(name), places) for name in ("default", "policy-break"))
    half = months_of(PLAN)[PLAN.months // 2].first

    def routine(story: Story, *, late: bool) -> float:
        visits = story.visits.joined()
        part = visits["purpose"][(visits["day"] >= half) == late]
        return float(np.mean(part == Purpose.ROUTINE))

    assert routine(broken, late=False) == routine(calm, late=False)
    assert routine(broken, late=True) < routine(calm, late=True) - 0.05


def test_without_a_random_arm_no_visit_is_drawn_by_lot(places: Places) -> None:
    story = tell_story(load_scenario("no-random-arm"), places)
    assert not (story.visits.joined()["purpose"] == Purpose.RANDOM).any()
    assert not (story.book.assignments.joined()["stratum"] == Stratum.RANDOM).any()


def test_a_hidden_factor_drives_visits_and_need(places: Places, scenario: Scenario) -> None:
    hidden, plain = (tell_story(world, places) for world in (load_scenario("hidden-confounding"), scenario))

    def pulls(story: Story) -> tuple[float, float]:
        factor = story.scene.people.households.confounder
        visits = np.bincount(story.visits.joined()["household"], minlength=len(factor))
        needs = np.bincount(
            story.scene.people.children.household[story.scene.needs.ended.joined()["child"]], minlength=len(factor)
        )
        return float(np.corrcoef(factor, visits)[0, 1]), float(np.corrcoef(factor, needs)[0, 1])

    assert min(pulls(hidden)) > 0.15
    assert max(pulls(plain)) < 0.12


def test_points_add_up(story: Story) -> None:
    rules = load_scenario("default").early.levels
    marks = {name: np.ones(2) for name in rules.points}
    assert level_points(rules, marks).tolist() == [sum(rules.points.values())] * 2
    assert len(story.states.children) > 0
