"""The list as a person works with it: filters, orders, whose places, and a household that two lists name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from serving.review.access.viewer import Viewer
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Rating
from serving.review.store.lists import ListItem, Status, Stratum
from serving.review.web.pages.rows import village_words
from serving.review.words import Words
from serving.review.work.my_list import Wanted, Why, my_list
from serving.review.work.ratings import rate
from tests.serving.review.making import NEXT_VILLAGE, NOW, VILLAGE, account, item_id, loaded, place, sheet

AUGUST = {"period_from": date(2018, 8, 1), "period_to": date(2018, 8, 31), "as_of": date(2018, 7, 31)}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session on a list of six households; nothing of it is kept."""
    loaded(database)
    with Session(database.writer) as opened:
        yield opened


def seen(session: Session, viewer: Viewer, wanted: Wanted | None = None) -> list[str]:
    items = my_list(session, viewer, wanted or Wanted(), "list", NOW).items
    return [item.household_id.removeprefix("H") for item in items]


@pytest.mark.parametrize(
    ("why", "numbers"),
    [("", ["1", "2", "3", "4", "5"]), ("duty", ["1", "2"]), ("score", ["3", "5"]), ("random", []), ("carried", [])],
)
def test_a_kind_does_not_tell_what_the_own_rating_comes_before(session: Session, why: Why, numbers: list[str]) -> None:
    viewer = account(session)
    assert [one[-1] for one in seen(session, viewer, Wanted(why=why))] == numbers
    rate(session, viewer, item_id(session, 4), Rating.SOON, NOW)
    assert seen(session, viewer, Wanted(why="random")) == ["001001-004"]


def test_orders_by_village_and_by_name(session: Session) -> None:
    viewer = account(session, Role.SUPERVISOR)
    session.get_one(ListItem, item_id(session, 6, NEXT_VILLAGE)).place = 0
    session.flush()
    by_village = seen(session, viewer, Wanted(order="village"))
    assert by_village == ["001002-006", *(f"001001-00{number}" for number in range(1, 6))]
    turns = {"H001001-005": 0, "H001002-006": 1}
    assert seen(session, viewer, Wanted(order="name", turns=turns))[:3] == ["001001-005", "001002-006", "001001-001"]


def test_only_some_households_and_one_page_of_them(session: Session) -> None:
    viewer = account(session)
    part = my_list(session, viewer, Wanted(only=frozenset({"H001001-003", "H001001-005"}), count=1), "search", NOW)
    assert ([item.household_id for item in part.items], part.matching) == (["H001001-003"], 2)
    assert part.by_status == {"open": 5}


def test_a_caseworker_sees_what_is_theirs_or_nobody_s_a_supervisor_all(session: Session) -> None:
    one, other, boss = account(session, name="one"), account(session, name="other"), account(session, Role.SUPERVISOR)
    session.get_one(ListItem, item_id(session, 1)).assigned_to = other.account_id
    session.get_one(ListItem, item_id(session, 2)).assigned_to = one.account_id
    session.flush()
    assert [number[-1] for number in seen(session, one)] == ["2", "3", "4", "5"]
    assert len(seen(session, boss)) == 6


def test_a_household_of_a_pool_and_of_a_village_s_own_list_stands_once(session: Session, database: Database) -> None:
    session.rollback()
    own = sheet(place(1, duty_rule="red_item:no_guardian"), place(8), list_id="own", region=VILLAGE)
    loaded(database, own)
    viewer = account(session, Role.SUPERVISOR)
    assert sorted(seen(session, viewer)) == ["001001-001", "001001-002", "001001-003", "001001-004", "001001-005",
                                             "001001-008", "001002-006"]  # fmt: skip
    items = my_list(session, viewer, Wanted(), "list", NOW).items
    assert {item.visit_list.list_id for item in items if item.household_id == "H001001-001"} == {"own"}


def test_an_older_pool_gives_way_to_a_village_s_newer_list(session: Session, database: Database) -> None:
    session.rollback()
    loaded(database, sheet(place(3), list_id="august", region=VILLAGE, **AUGUST))
    viewer = account(session, Role.SUPERVISOR)
    assert seen(session, viewer) == ["001001-003", "001002-006"]


def test_settled_places_come_last(session: Session) -> None:
    session.get_one(ListItem, item_id(session, 1)).status = Status.DONE
    session.get_one(ListItem, item_id(session, 3)).stratum = Stratum.CARRIED
    session.flush()
    viewer = account(session)
    assert [number[-1] for number in seen(session, viewer)] == ["2", "3", "4", "5", "1"]
    assert seen(session, viewer, Wanted(status="done")) == ["001001-001"]
    assert seen(session, viewer, Wanted(village=NEXT_VILLAGE)) == []


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ({}, ""),
        ({"detour": False, "visits": 5, "duties": 2}, "5 visits, 2 of them duties"),
        ({"detour": True, "visits": 1, "duties": 0, "given_up": None}, "1 visit, no duty: a detour"),
        ({"detour": True, "visits": 3, "duties": 0, "given_up": 0.64}, "expected to find 0.6 more needs"),
    ],
)
def test_what_a_village_costs_is_said(cost: dict[str, object], said: str) -> None:
    assert said in village_words(cost, Words("en"))
    assert village_words(cost, Words("zh")) or not cost
