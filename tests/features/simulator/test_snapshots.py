"""State rows as a clerk would write them."""

from __future__ import annotations

import numpy as np
import pytest

from features.simulator.population import People
from features.simulator.shapes import Settings
from features.simulator.snapshots import StateLogs, guardianship, picture, support_states
from features.simulator.words import Domain, Guardian, Guardianship, Parent, Schooling, Support


def test_only_the_touched_are_pictured_and_the_touch_is_forgotten(people: People, settings: Settings) -> None:
    people.children.touched[4], people.households.touched[2] = 20_000, 20_001
    logs = StateLogs.empty()
    picture(people, logs, 2025, settings.population)
    picture(people, logs, 2025, settings.population)
    children, households = logs.children.joined(), logs.households.joined()
    assert children["child"].tolist() == [4]
    assert children["day"].tolist() == [20_000]
    assert children["guardian_type"][0] == people.households.guardian[people.children.household[4]]
    assert households["household"].tolist() == [2]


@pytest.mark.parametrize(
    ("guardian", "age", "state"),
    [
        (Guardian.NONE, 2025, Guardianship.NONE),
        (Guardian.ONE_PARENT, 40, Guardianship.PARENT_INCAPABLE),
        (Guardian.GRANDPARENTS, 60, Guardianship.GOOD),
        (Guardian.GRANDPARENTS, 65, Guardianship.FAIR),
        (Guardian.GRANDPARENTS, 73, Guardianship.ENTRUSTED_INSUFFICIENT),
        (Guardian.FRIENDS, 40, Guardianship.FAIR),
    ],
)
def test_the_state_of_guardianship(settings: Settings, guardian: Guardian, age: int, state: Guardianship) -> None:
    made = guardianship(np.array([guardian], np.int8), np.array([age], np.int32), settings.population)
    assert made.tolist() == [state]


def test_support_is_for_the_entitled_and_not_all_of_them_get_it(people: People) -> None:
    homes, kids = people.households, people.children
    homes.dibao[:], homes.poor[:], homes.guardian[:] = False, False, Guardian.GRANDPARENTS
    homes.father[:] = homes.mother[:] = Parent.AWAY_IN_PROVINCE
    kids.disability[:], kids.illness[:], kids.schooling[:] = -1, -1, Schooling.PRIMARY
    everybody = np.arange(len(kids))
    assert (support_states(people, everybody, 0.4) == Support.NOT_ELIGIBLE).all()
    kids.disability[:] = 0
    states = support_states(people, everybody, 0.4)[:, Domain.REHABILITATION]
    assert np.mean(states == Support.COVERED) == pytest.approx(0.6, abs=0.1)
    assert np.mean(states == Support.ELIGIBLE_NOT_COVERED) == pytest.approx(0.2, abs=0.08)
    homes.dibao[:] = True
    assert (support_states(people, everybody, 0.4)[:, Domain.LIVING] == Support.COVERED).all()
