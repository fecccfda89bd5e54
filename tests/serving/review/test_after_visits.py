"""What the list and a household's page say after a visit, and after the own rating, before anything is exported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from features.definition import Language
from serving.review.access.sessions import find_session, open_session
from serving.review.access.viewer import Viewer
from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Account
from serving.review.store.database import Database
from serving.review.store.decisions import OwnRating, Rating
from serving.review.web.ask import Ask
from serving.review.web.pages import item, list_paper, my_list
from serving.review.web.pages.visit import record as visit_page
from serving.review.words import Words
from serving.review.work.ratings import rate
from serving.review.work.visits import mark_of, standing_visits, take_back_visit
from tests.serving.review.making import NOW, account, item_id, loaded, place, sheet
from tests.serving.review.visiting import ELDER, TODAY, YOUNGER, not_seen, place_of, record, saw

TOMORROW = NOW + timedelta(days=1)
NOT_YET = "天佑: not yet seen"


@dataclass(frozen=True, slots=True)
class Office:
    """A director at a list: a duty because of the younger child, overdue since the first, and one rated first."""

    desk: Desk
    viewer: Viewer
    token: str

    def page(
        self, show: Callable[[Ask], Response], number: int = 0, query: str = "", *, language: Language = "en",
        now: datetime = NOW,
    ) -> str:  # fmt: skip
        """A page as its reader gets it."""
        with self.desk.database.reading() as session:
            scope = {"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": [],
                     "app": Starlette(), "scheme": "http", "server": ("localhost", 80),
                     "path_params": {"item": number}}  # fmt: skip
            signed_in = find_session(session, self.token, NOW)
            ask = Ask(Request(scope), session, self.desk, Words(language), now, {}, self.token, signed_in)
            return bytes(show(ask).body).decode()

    def visited(self, *looks: object, on: date = TODAY, **other: object) -> int:
        """Record a visit of the duty; returns its key."""
        with self.desk.database.writing() as session:
            return record(session, self.desk, self.viewer, looks=looks, visited_on=on, **other).id


@pytest.fixture
def office(database: Database, home: Path, small_ledger: Path) -> Office:
    """Nobody went anywhere yet."""
    duty = place(1, duty_rule="interval:red", duty_due_on=date(2018, 7, 1), driver_child_id=YOUNGER,
                 last_visit_on=date(2018, 5, 20))  # fmt: skip
    whole = sheet(duty, place(4, rating_asked=True, band="in_turn"))
    loaded(database, whole)
    desk = Desk(database, folders=Folders(home, small_ledger))
    key = persons_key(desk.folders)
    assert key is not None
    with database.writing() as session:
        viewer = account(session)
        token = open_session(session, session.get_one(Account, viewer.account_id), "", NOW)
        persons = {duty.household_id: Persons(children={ELDER: "雨欣", YOUNGER: "天佑"})}
        keep_persons(session, key, [duty], persons, NOW)
    return Office(desk, viewer, token)


def number_of(office: Office, number: int = 1) -> int:
    with office.desk.database.reading() as session:
        return item_id(session, number)


def test_a_child_who_was_not_seen_is_named_and_the_next_visit_is_another(office: Office) -> None:
    number = number_of(office)
    assert NOT_YET not in office.page(my_list.show) + office.page(item.show, number)
    first = office.visited(saw(), not_seen())
    again, correct = f'href="/list/{number}/visit?another=1"', f'href="/list/{number}/visit?visit={first}"'
    for page in (office.page(my_list.show), office.page(item.show, number)):
        assert NOT_YET in page
        assert again in page
        assert "4 days overdue" in page, "the child the duty is about was not seen"
    assert "天佑还没见到" in office.page(item.show, number, language="zh")
    page = office.page(item.show, number)
    assert correct in page
    assert "Correct the visit of 5 Jul" in page
    assert NOT_YET in office.page(my_list.show, query=f"saved={number}").split('class="list"')[0]
    blank = office.page(visit_page.show, number, now=TOMORROW)
    assert "<h1>Record a visit</h1>" in blank
    assert 'name="on" type="date" value="2018-07-06"' in blank
    assert correct in blank
    assert "<h1>Correct a visit</h1>" in office.page(visit_page.show, number), "of the same day it is this visit"
    office.visited(saw(YOUNGER), on=TODAY + timedelta(days=1), now=TOMORROW)
    for page in (office.page(my_list.show, now=TOMORROW), office.page(item.show, number, now=TOMORROW)):
        assert "not yet seen" not in page
        assert "overdue" not in page
        assert "Last visit 6 Jul 2018" in page


def test_a_visit_counts_at_once_and_no_longer_when_it_is_taken_back(office: Office) -> None:
    number = number_of(office)
    for page in (office.page(my_list.show), office.page(item.show, number)):
        assert "Last visit 20 May 2018" in page
        assert "4 days overdue" in page
    first = office.visited(saw(), saw(YOUNGER))
    for page in (office.page(my_list.show), office.page(item.show, number)):
        assert "Last visit 5 Jul 2018" in page
        assert "Last visit 20 May 2018" not in page
        assert "overdue" not in page
    assert ">visited 5 Jul 2018<" in office.page(item.show, number)
    assert "<td>5 Jul 2018</td>" in office.page(list_paper.show)
    with office.desk.database.writing() as session:
        mark = mark_of(standing_visits(session, office.viewer, place_of(session)))
        take_back_visit(session, office.viewer, number, first, mark, NOW)
    page = office.page(item.show, number)
    assert "Last visit 20 May 2018" in page
    assert "4 days overdue" in page


def test_an_attempt_is_no_visit(office: Office) -> None:
    office.visited(met=False, reason="nobody_home")
    page = office.page(item.show, number_of(office))
    assert "Last visit 20 May 2018" in page
    assert "4 days overdue" in page
    assert f'href="/list/{number_of(office)}/visit"' in page


@pytest.mark.parametrize(("own", "word"), [(Rating.SOON, "Soon"), (Rating.IN_TURN, "In turn")])
def test_after_the_own_rating_both_stand_beside_each_other(office: Office, own: Rating, word: str) -> None:
    number = number_of(office, 4)
    assert "Both views" not in office.page(item.show, number)
    with office.desk.database.writing() as session:
        rate(session, office.viewer, number, own, NOW)
        assert session.query(OwnRating.seen_before).scalar()["last_visit_on"] is None
    page = office.page(item.show, number)
    beside = f"<div><dt>You</dt><dd>{word}</dd></div><div><dt>Model</dt><dd>In turn</dd></div>"
    assert beside in page
    both = page[page.index('id="both"') :]
    both = both[: both.index("</section>")]
    assert (f'href="/list/{number}/overrule"' in both) is (own is Rating.SOON)
    assert ("Both say the same." in both) is (own is Rating.IN_TURN)
    assert "<dt>您</dt>" in office.page(item.show, number, language="zh")
