"""True needs: what makes them likelier, when they begin and end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.simulator.needs import DOMAINS, Effects, NeedState, begin, drivers, onset_chance, recover, start
from features.simulator.population import People
from features.simulator.regions import Places
from features.simulator.scene import Scene
from features.simulator.settings import load_scenario
from features.simulator.shapes import Settings
from features.simulator.words import Domain, Dwelling, FileStatus, Guardian, Parent
from tests.features.simulator.conftest import FIRST_DAY

DAY = FIRST_DAY + 100


def _chance(people: People, places: Places, settings: Settings) -> np.ndarray:
    marks = drivers(people, settings.drivers, DAY)
    return onset_chance(settings.needs, Effects.of(settings.needs), people, places, marks)


def test_drivers_say_what_the_facts_say(people: People, settings: Settings) -> None:
    homes, kids = people.households, people.children
    home = kids.household[0]
    homes.guardian[home], homes.father[home], homes.dwelling[home] = Guardian.NONE, Parent.DECEASED, Dwelling.DANGEROUS
    homes.school_km[home], homes.guardian_changed[home] = 9.0, DAY - 10
    kids.birth[0] = DAY - 700
    marks = {name: values[0] for name, values in drivers(people, settings.drivers, DAY).items()}
    expected = (
        "guardian_none",
        "parent_deceased",
        "parent_lost",
        "dwelling_dangerous",
        "dwelling_bad",
        "school_far",
        "small",
    )
    assert all(marks[name] == 1.0 for name in (*expected, "guardian_changed"))
    assert marks["guardian_one_parent"] == marks["older"] == marks["guardian_decades_over_60"] == 0.0


def test_need_is_likelier_without_a_guardian_and_most_in_guardianship(
    people: People, places: Places, settings: Settings
) -> None:
    homes = people.households
    homes.guardian[:] = Guardian.GRANDPARENTS
    before = _chance(people, places, settings)
    homes.guardian[:] = Guardian.NONE
    homes.guardian_birth_year[:] = 0
    after = _chance(people, places, settings)
    gain = np.median(after / before, axis=0)
    assert gain.argmax() == Domain.GUARDIANSHIP
    assert gain[Domain.GUARDIANSHIP] > 3


def test_two_drivers_together_do_more_than_their_sum(people: People, places: Places, settings: Settings) -> None:
    """In log-odds, far from a clinic and small: the product adds to the single effects."""

    def odds(*, far: bool, small: bool) -> float:
        people.households.clinic_km[:] = 12.0 if far else 1.0
        people.children.birth[:] = DAY - (365 if small else 3_000)
        chance = _chance(people, places, settings)[0, Domain.MEDICAL]
        return float(np.log(chance / (1 - chance)))

    alone = odds(far=True, small=False) + odds(far=False, small=True) - odds(far=False, small=False)
    assert odds(far=True, small=True) > alone + 0.5


def test_without_signal_everybody_is_alike(people: People, places: Places) -> None:
    settings = load_scenario("no-signal").early
    flat = replace(places, need=np.zeros_like(places.need))
    chance = _chance(people, flat, settings)
    assert np.ptp(chance, axis=0) == pytest.approx(np.zeros(DOMAINS))


def test_needs_begin_within_the_month_and_are_remembered(scene: Scene, settings: Settings) -> None:
    kids = scene.people.children
    kids.status[0] = FileStatus.MOVED
    sure = np.ones((len(kids), DOMAINS))
    begin(scene.rng, scene.needs, sure, settings.needs, scene.people, (DAY, DAY + 31))
    assert (scene.needs.grade[1:] > 0).all()
    assert (scene.needs.grade[0] == 0).all()
    begun = scene.needs.begun[1:]
    assert begun.min() >= DAY
    assert begun.max() < DAY + 31
    assert kids.recent_needs[1] == DOMAINS


def test_needs_worsen_up_to_the_gravest(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[:] = 2
    never = np.zeros(scene.needs.grade.shape)
    begin(scene.rng, scene.needs, never, replace(settings.needs, worsening=1.0), scene.people, (DAY, DAY + 31))
    begin(scene.rng, scene.needs, never, replace(settings.needs, worsening=1.0), scene.people, (DAY, DAY + 31))
    assert (scene.needs.grade == 3).all()


def test_the_first_needs_began_before_the_first_day(scene: Scene, settings: Settings) -> None:
    start(scene.rng, scene.needs, np.full(scene.needs.grade.shape, 0.1), settings.needs, scene.people, DAY)
    there = scene.needs.grade > 0
    assert there.mean() == pytest.approx(0.5, abs=0.06)
    assert scene.needs.begun[there].max() < DAY


def test_served_needs_end_sooner_and_ended_needs_are_kept_as_truth(scene: Scene, settings: Settings) -> None:
    state = scene.needs
    state.grade[:] = 1
    state.open_grade[:, 0] = 1
    recover(scene.rng, state, settings.needs, scene.people, DAY)
    ended = (state.grade == 0).mean(axis=0)
    assert ended[0] > ended[1:].max()
    kept = state.ended.joined()
    assert len(kept["child"]) == int((state.grade == 0).sum())
    assert set(kept["end"]) == {DAY}
    assert not kept["ongoing"].any()


def test_needs_end_with_the_file(scene: Scene, settings: Settings) -> None:
    scene.needs.grade[:] = 1
    scene.people.children.status[:] = FileStatus.CLOSED_RETURNED
    recover(scene.rng, scene.needs, settings.needs, scene.people, DAY)
    assert not scene.needs.grade.any()


def test_no_needs_at_first() -> None:
    state = NeedState.none(4)
    assert state.grade.shape == (4, DOMAINS)
    assert len(state.ended) == 0
