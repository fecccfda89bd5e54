"""What happens to families in a month."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.simulator.changes import Happening, Month, live, members_of
from features.simulator.population import NEVER, People
from features.simulator.shapes import Changes, Settings
from features.simulator.words import Dwelling, FileStatus, Guardian, Parent, Schooling
from tests.features.simulator.conftest import FIRST_DAY

FIRST = FIRST_DAY + 100
MONTH = Month(1, FIRST, FIRST + 31)
SEPTEMBER = Month(9, FIRST + 244, FIRST + 274)
RATES = [name for name in Changes.__dataclass_fields__ if not name.endswith("next")]


def _settings(settings: Settings, **changed: float) -> Settings:
    """Nothing happens but what is named."""
    calm = dict.fromkeys((name for name in RATES if name != "school_year_month"), 0.0)
    return replace(settings, changes=replace(settings.changes, **{**calm, **changed}))


def _live(people: People, settings: Settings, month: Month = MONTH, **changed: float) -> None:
    live(people, _settings(settings, **changed), Happening(np.random.default_rng(1), month))


def test_nothing_happens_in_a_calm_month(people: People, settings: Settings) -> None:
    people.children.entry[:] = people.households.entry[:] = FIRST - 99
    _live(people, settings)
    assert (people.children.touched == -1).all()
    assert (people.households.touched == -1).all()


def test_people_enter_on_their_day(people: People, settings: Settings) -> None:
    people.children.entered[:] = False
    people.children.entry[0] = FIRST + 40
    people.children.entry[1:] = FIRST + 5
    _live(people, settings)
    assert not people.children.entered[0]
    assert people.children.entered[1:].all()
    assert (people.children.touched[1:] == FIRST + 5).all()


def test_a_new_guardian_changes_the_children_of_the_house(people: People, settings: Settings) -> None:
    people.children.entry[:] = people.households.entry[:] = FIRST - 99
    _live(people, settings, guardian=1.0)
    homes = people.households
    assert ((homes.guardian_changed >= FIRST) & (homes.guardian_changed < FIRST + 31)).all()
    assert (people.children.touched == homes.guardian_changed[people.children.household]).all()
    assert ((homes.mother == Parent.INCAPABLE) == (homes.guardian == Guardian.ONE_PARENT)).all()
    assert ((homes.guardian_birth_year == 0) == (homes.guardian == Guardian.NONE)).all()


def test_a_lost_grandparent_may_take_the_guardian_away(people: People, settings: Settings) -> None:
    people.children.entry[:] = people.households.entry[:] = FIRST - 99
    homes = people.households
    before, guardian = homes.grandparents.copy(), homes.guardian.copy()
    _live(people, settings, grandparent_lost=1.0, guardian_after_loss=1.0)
    assert (homes.grandparents == np.maximum(before - 1, 0)).all()
    changed = homes.guardian_changed >= FIRST
    assert (changed == ((before > 0) & (guardian == Guardian.GRANDPARENTS))).all()


def test_parents_change_but_the_dead_do_not_return(people: People, settings: Settings) -> None:
    homes = people.households
    homes.father[:] = Parent.DECEASED
    homes.mother[:] = Parent.AWAY_IN_PROVINCE
    _live(people, settings, parent=1.0)
    assert (homes.father == Parent.DECEASED).all()
    assert len(np.unique(homes.mother)) > 1


def test_benefits_come_and_go(people: People, settings: Settings) -> None:
    homes = people.households
    homes.dwelling[:], homes.dibao[:], homes.poor[:] = Dwelling.POOR, False, True
    homes.aid[:] = 0
    _live(people, settings, dibao_gained=1.0, dwelling_repaired=1.0, poor_left=1.0)
    assert homes.dibao.all()
    assert (homes.dwelling == Dwelling.SOUND).all()
    assert not homes.poor.any()
    assert (homes.aid == 0b01001).all()
    _live(people, settings, dibao_lost=1.0)
    assert not homes.dibao.any()
    assert (homes.aid == 0b01000).all()


def test_children_leave_school_and_come_back(people: People, settings: Settings) -> None:
    kids = people.children
    at_school = kids.schooling >= Schooling.PRIMARY
    _live(people, settings, drop_out=1.0)
    assert (kids.schooling[at_school] == Schooling.DROPPED_OUT).all()
    assert not kids.boarding[at_school].any()
    _live(people, settings, back_to_school=1.0)
    assert not (kids.schooling == Schooling.DROPPED_OUT).any()


def test_the_school_year_begins_in_september(people: People, settings: Settings) -> None:
    kids = people.children
    kids.schooling[:] = Schooling.NOT_YET
    _live(people, settings)
    assert (kids.schooling == Schooling.NOT_YET).all()
    _live(people, settings, SEPTEMBER)
    assert (kids.schooling[people.age(FIRST) > 8] >= Schooling.PRIMARY).all()
    assert kids.touched.max() >= SEPTEMBER.first


def test_illness_hukou_and_refusals_are_recorded_on_the_child(people: People, settings: Settings) -> None:
    kids = people.children
    kids.hukou[:], kids.illness[:], kids.refused[:] = False, -1, -1
    _live(people, settings, illness=1.0, hukou_made=1.0, refuse_model=1.0)
    assert kids.hukou.all()
    assert (kids.illness >= 0).all()
    assert (kids.refused >= FIRST).all()


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        ("parents_return", FileStatus.CLOSED_RETURNED),
        ("leave_province", FileStatus.MOVED),
        ("death", FileStatus.DECEASED),
    ],
)
def test_files_close(people: People, settings: Settings, cause: str, status: FileStatus) -> None:
    people.households.father[:] = Parent.DECEASED
    _live(people, settings, **{cause: 1.0})
    assert (people.children.status == status).all()
    assert (people.households.father == Parent.DECEASED).all()


def test_a_file_closes_on_the_sixteenth_birthday(people: People, settings: Settings) -> None:
    kids = people.children
    kids.entry[:] = people.households.entry[:] = FIRST - 500
    kids.birth[0] = FIRST + 9 - int(16 * 365.25)
    _live(people, settings)
    assert kids.status[0] == FileStatus.CLOSED_AGED_OUT
    assert kids.touched[0] == FIRST + 9


def test_a_move_is_the_only_thing_that_happens_in_its_month(people: People, settings: Settings) -> None:
    homes = people.households
    homes.entry[:] = people.children.entry[:] = FIRST - 99
    homes.move_day[0], homes.move_village[0] = FIRST + 3, homes.village[0] + 1
    target = homes.move_village[0]
    _live(people, settings, guardian=1.0, parent=1.0)
    assert homes.village[0] == target
    assert homes.touched[0] == FIRST + 3
    assert people.children.touched[people.children.household == 0].max() == -1
    assert (homes.move_day[1:] == NEVER).all()


def test_members_of_households(people: People) -> None:
    of, members = members_of(people, np.array([2, 0]))
    assert people.children.household[members].tolist() == [[2, 0][place] for place in of]
    assert len(members) == people.households.children[[2, 0]].sum()
