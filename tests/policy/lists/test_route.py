"""Villages in one go, and what a detour costs."""

from __future__ import annotations

import math

import pytest

from tests.policy.lists.made import TOWN, Child, pool_of


def test_a_village_is_done_in_one_go_in_the_order_of_its_first_place() -> None:
    children = [Child(1, 2, 9.0), Child(2, 1, 8.0), Child(3, 2, 7.0), Child(4, 1, 6.0)]
    pool = pool_of(children, 4, share=0)
    assert dict(pool.frame.select("household_id", "stop").iter_rows()) == {"h001": 1, "h003": 2, "h002": 3, "h004": 4}
    villages = pool.villages.to_dicts()
    assert [(one["region_code"], one["visits"], one["first_stop"], one["moved"]) for one in villages] == [
        (f"{TOWN}002", 2, 1, 0.5),
        (f"{TOWN}001", 2, 3, -0.5),
    ]


def test_a_detour_says_what_its_visits_find_more_than_the_next_ones_on_the_way() -> None:
    children = [
        Child(1, 1, -9.0, duty=3),
        Child(2, 2, 1.0),
        Child(3, 2, 0.5),
        Child(4, 1, 0.0),
        Child(5, 1, -1.0),
        Child(6, 1, -2.0),
    ]
    villages = {row["region_code"][-1]: row for row in pool_of(children, 3, share=0).villages.to_dicts()}

    def chance(score: float) -> float:
        return 1 / (1 + math.exp(-score))

    assert (villages["1"]["detour"], villages["1"]["given_up"]) == (False, None)
    assert villages["2"]["detour"]
    wanted = chance(1.0) + chance(0.5) - chance(0.0) - chance(-1.0)
    assert villages["2"]["given_up"] == pytest.approx(wanted)


def test_a_detour_without_enough_households_on_the_way_has_no_price() -> None:
    children = [Child(1, 1, 0.0, duty=3), Child(2, 2, 1.0)]
    assert pool_of(children, 2, share=0).villages["given_up"].to_list() == [None, None]


def test_without_scores_a_detour_is_named_and_has_no_price() -> None:
    children = [Child(1, 1, duty=3), Child(2, 2, level=0), Child(3, 1), Child(4, 1)]
    villages = pool_of(children, 2, share=0, scored=False).villages
    assert villages["detour"].to_list() == [False, True]
    assert villages["given_up"].to_list() == [None, None]
