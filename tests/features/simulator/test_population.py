"""Households and their children as arrays."""

from __future__ import annotations

import numpy as np

from features.simulator.population import DAYS_PER_YEAR, People
from features.simulator.words import FileStatus


def test_values_go_from_households_to_children_and_back(people: People) -> None:
    numbers = np.arange(len(people.households))
    assert people.of_household(numbers).tolist() == people.children.household.tolist()
    assert people.by_household(people.children.household).tolist() == numbers.tolist()


def test_only_open_files_of_those_who_entered_are_in_the_ledger(people: People) -> None:
    people.children.status[0] = FileStatus.MOVED
    people.children.entered[1] = False
    assert people.in_ledger()[:3].tolist() == [False, False, True]


def test_age_is_counted_in_years(people: People) -> None:
    day = int(people.children.birth[4] + 3 * DAYS_PER_YEAR)
    assert abs(people.age(day)[4] - 3.0) < 0.01
    assert abs(people.age_of(np.array([4]), np.array([day], np.int32))[0] - 3.0) < 0.01
