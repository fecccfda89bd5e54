"""A pool by hand: what goes first, who is left out, what is reserved for the lot, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from features.cli.console import UserError
from models.policy.lists.pool import Ask, build_pool, director_list, overloaded_villages
from tests.policy.cases import national
from tests.policy.lists.made import AS_OF, TOWN, Child, facts_of, kinds, places, policy_with, pool_of, scores_of


def test_duties_then_those_who_wait_then_findings_then_score_then_the_lot() -> None:
    children = [
        Child(1, score=3.0),
        Child(2, score=-4.0, duty=20),
        Child(3, score=-3.0, duty=-10),
        Child(4, score=-2.0, finding=40),
        Child(5, score=-1.0, waits=True),
        Child(6, score=2.0),
        *(Child(number, score=-5.0) for number in range(10, 30)),
    ]
    found = kinds(pool_of(children, 8, share=0.3))
    assert list(found)[:5] == ["h003", "h002", "h005", "h004", "h001"]
    assert list(found.values()) == ["duty", "duty", "carried", "finding", "score", "score", "random", "random"]


def test_an_open_finding_due_long_after_the_period_waits_for_its_turn() -> None:
    children = [Child(1, score=0.0, finding=200), Child(2, score=1.0)]
    assert kinds(pool_of(children, 1, share=0)) == {"h002": "score"}


def test_overload_lists_every_duty_and_leaves_no_place_for_anything_else() -> None:
    children = [Child(number, score=float(number), duty=number) for number in range(1, 6)] + [Child(9, score=9.0)]
    pool = pool_of(children, 3)
    assert pool.capacity.overloaded
    assert not pool.random_arm
    assert set(kinds(pool).values()) == {"duty"}
    assert pool.listed.height == 5
    assert pool.frame.filter(household_id="h009")["inclusion_probability"].to_list() == [0.0]


def test_a_household_takes_the_place_of_its_highest_child_that_may_be_scored() -> None:
    children = [Child(1, score=1.0), Child(1, score=5.0), Child(1, score=9.0, refused=True), Child(2, score=3.0)]
    pool = pool_of(children, 2, share=0)
    first = pool.listed.row(0, named=True)
    assert (first["household_id"], first["child_id"], first["members"]) == ("h001", "c001", 3)


def test_who_refused_the_model_is_visited_by_duty_alone() -> None:
    children = [Child(1, score=9.0, refused=True), Child(2, score=9.0, refused=True, duty=5), Child(3, score=0.0)]
    pool = pool_of(children, 3)
    assert pool.left_out == {"refused": 1}
    assert set(pool.frame["household_id"]) == {"h002", "h003"}
    assert kinds(pool)["h002"] == "duty"
    assert pool.frame.filter(household_id="h002")["score"].to_list() == [None]


def test_children_without_a_score_come_after_those_with_one_and_take_part_in_the_lot() -> None:
    children = [Child(1, next_due=50), Child(2, score=-9.0), Child(3, next_due=45), Child(4), Child(5)]
    pool = pool_of(children, 2, share=0.5)
    assert kinds(pool)["h002"] == "score"
    assert pool.frame.filter(pl.col("household_id") != "h002")["inclusion_probability"].to_list() == [0.25] * 4
    assert kinds(pool_of(children, 3, share=0)) == {"h002": "score", "h003": "due", "h001": "due"}


def test_without_any_score_days_then_level_then_lot_order_the_list() -> None:
    children = [
        Child(1, level=0),
        Child(2, next_due=60),
        Child(3, next_due=-5),
        Child(4, level=3),
        Child(5, finding=90, next_due=90),
        Child(6, duty=3),
    ]
    pool = pool_of(children, 6, share=0, scored=False)
    assert list(kinds(pool)) == ["h006", "h005", "h003", "h002", "h001", "h004"]
    assert pool.model_id is None
    assert set(pool.frame["status"]) == {"no_model"}
    with_lot = pool_of(children, 4, share=0.4, scored=False)
    assert with_lot.capacity.random == 1
    assert with_lot.random_arm


def test_scores_without_any_number_make_the_list_without_a_model() -> None:
    assert pool_of([Child(1), Child(2)], 1).model_id is None


def test_children_the_scores_do_not_name_are_told_apart() -> None:
    children = [Child(1, score=1.0), Child(2, score=2.0)]
    pool = build_pool(scores_of(children)[:1], facts_of(children), national(), Ask(TOWN, 2))
    assert dict(pool.frame.select("household_id", "status").iter_rows()) == {"h001": "scored", "h002": "not_scored"}


def test_only_the_place_asked_for_is_on_the_frame() -> None:
    children = [Child(1, village=1, score=1.0), Child(2, village=2, score=1.0)]
    assert set(pool_of(children, 9, scope=f"{TOWN}002").frame["household_id"]) == {"h002"}


def test_capacity_is_the_policys_unless_another_is_asked_for() -> None:
    children = [Child(number, village=number % 3, score=0.0) for number in range(60)]
    facts, scores = facts_of(children), scores_of(children)
    policy = policy_with(per_director=7)
    assert build_pool(scores, facts, policy, Ask(TOWN)).capacity.visits == 21
    assert build_pool(scores, facts, policy, Ask(f"{TOWN}001")).capacity.visits == 7
    assert build_pool(scores, facts, policy_with(per_township=11), Ask(TOWN)).capacity.visits == 11
    assert build_pool(scores, facts, policy, Ask(TOWN, 0)).listed.is_empty()


def test_a_director_gets_the_village_part_of_the_pool_in_its_order() -> None:
    children = [Child(number, village=number % 2, score=float(number)) for number in range(10)]
    mine = director_list(pool_of(children, 10, share=0), f"{TOWN}001")
    assert mine["household_id"].to_list() == ["h009", "h007", "h005", "h003", "h001"]
    assert mine["turn"].to_list() == [1, 2, 3, 4, 5]


def test_villages_with_more_visits_than_a_director_makes_are_named() -> None:
    children = [Child(number, village=1 if number < 8 else 2, score=0.0) for number in range(10)]
    pool = pool_of(children, 10)
    assert overloaded_villages(pool, policy_with(per_director=5)).rows() == [(f"{TOWN}001", 8, 0)]


def test_the_number_of_a_list_changes_with_every_input() -> None:
    children = [Child(number, village=number % 3, score=number / 7) for number in range(40)]
    first = pool_of(children, 12)
    others = [
        pool_of(children, 13),
        pool_of(children, 12, share=0.5),
        pool_of(children, 12, seed="other"),
        pool_of([replace(children[0], score=5.0), *children[1:]], 12),
        pool_of(children, 12, scored=False),
    ]
    assert pool_of(children, 12).list_id == first.list_id
    assert len({first.list_id, *(pool.list_id for pool in others)}) == 6
    assert first.list_id.startswith(f"L2018-07-{TOWN}-")


def test_new_names_and_those_who_wait_are_marked() -> None:
    pool = pool_of([Child(1, score=1.0, new=True), Child(1, score=2.0), Child(2, score=0.0, waits=True, duty=3)], 2)
    rows = {row["household_id"]: row for row in pool.listed.to_dicts()}
    assert rows["h001"]["new"]
    assert rows["h002"]["waits_since"] == AS_OF - timedelta(days=31)
    assert rows["h002"]["kind"] == "duty"
    assert places(pool)["h002"] == 1


def test_a_policy_that_says_nothing_about_lists_makes_none() -> None:
    with pytest.raises(UserError, match="nothing about lists"):
        build_pool(None, facts_of([Child(1)]), replace(national(), lists=None), Ask(TOWN))
