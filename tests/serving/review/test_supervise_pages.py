"""A supervisor's pages as a browser gets them: what is shown, what forms do, and how large a page becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from serving.review.access.viewer import Viewer
from serving.review.desk import Desk
from serving.review.exchange.load import Sheet, load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import OwnRating, Rating
from serving.review.store.lists import ListItem, Status, Stratum
from serving.review.work.assigning import assign
from tests.serving.review.making import NEXT_VILLAGE, TOWNSHIP, VILLAGE, account, place
from tests.serving.review.server import Browser
from tests.serving.review.supervising import AWAY, NEED, TERMS, browsing, item, pool, rows

NOW = datetime.now(UTC)
PAGES = (
    "/supervise", "/supervise/pool", "/supervise/workload", "/supervise/places?which=all", "/supervise/disagreements",
    "/supervise/regions", "/supervise/capacity",
)  # fmt: skip
MOST = 100_000


def this_month(**other: object) -> Sheet:
    """The pool, for a month that has begun and is not over."""
    today = NOW.date()
    made = pool(period_from=today - timedelta(days=5), period_to=today + timedelta(days=20))
    return replace(made, as_of=today - timedelta(days=6), **other)  # type: ignore[arg-type]


@pytest.fixture
def supervisor(database: Database) -> Viewer:
    """Who supervises the pool of this month."""
    with database.writing() as session:
        load_sheet(session, this_month(), NOW)
        return account(session, Role.SUPERVISOR, name="super")


@pytest.fixture
def browser(database: Database, supervisor: Viewer) -> Iterator[Browser]:
    """A browser in which the supervisor is signed in."""
    with browsing(Desk(database), supervisor.name) as inside:
        yield inside


def key(database: Database, number: int) -> int:
    with database.reading() as session:
        return item(session, number).id


def test_signing_in_leads_to_what_waits(browser: Browser) -> None:
    html = browser.get("/")
    assert "<h1>This month</h1>" in html
    counts = dict(re.findall(r'href="(/[^"]+)"><b>(\d+)</b>', html))
    assert counts == {
        "/tasks": "0", "/supervise/places?which=overdue": "2", "/supervise/places?which=unassigned": "7",
        "/supervise/workload#villages": "1", "/overrides": "0", "/corrections": "0", "/supervise/pool?show=new": "1",
    }  # fmt: skip
    assert "2 of them by lot" in html


def test_a_list_that_is_over_and_one_that_is_overloaded_say_so(browser: Browser, database: Database) -> None:
    with database.writing() as session:
        one = item(session, 1).visit_list
        one.period_from = one.period_to = NOW.date() - timedelta(days=9)
        one.terms = replace(TERMS, visits=1).content()
    html = browser.get("/supervise")
    assert "This list ended on" in html
    assert "2 visits are duties, more than the 1 there is room for" in html
    assert "2 visits are duties" in browser.get("/supervise/pool")


def test_without_a_list_every_page_says_so(database: Database) -> None:
    with database.writing() as session:
        viewer = account(session, Role.SUPERVISOR, name="super")
    with browsing(Desk(database), viewer.name) as inside:
        for path in PAGES[:-1]:
            inside.get(path)
        inside.get("/supervise/capacity", 404)
        assert "There is no list yet" in inside.get("/supervise/pool")


def test_the_pool_shows_its_cut_and_who_comes_next(browser: Browser) -> None:
    html = browser.get("/supervise/pool")
    assert html.index('id="cut"') > html.index("H001001-007")
    assert html.index('id="cut"') < html.index("H001001-008")
    assert html.count("A duty, stays on") == 2
    assert "Room for 7: 2 duties, 3 in order, 2 by lot" in html
    assert "about 1" in html
    assert "H001001-008" in browser.get("/supervise/pool?show=below&list=x")


def test_without_a_model_there_is_no_band_and_everything_else(browser: Browser, database: Database) -> None:
    with database.writing() as session:
        for one in session.scalars(select(ListItem)):
            one.band, one.probability = None, None
            one.kind = "due" if one.kind == "score" else one.kind
            one.visit_list.model_id = None
    for path in PAGES[:-1]:
        html = browser.get(path)
        assert not re.search(r'class="tag (go_first|soon|in_turn)"', html)
    html = browser.get("/supervise/pool")
    assert "By date" in html
    assert "New needs expected" not in html
    browser.send(
        f"/supervise/pool/{key(database, 8)}",
        {"version": "2", "do": "add", "reason": NEED},
        seen=html_of(browser, database, 8),
    )
    assert "without a model" in browser.get("/supervise/regions")


def html_of(browser: Browser, database: Database, number: int) -> str:
    return browser.get(f"/supervise/pool/{key(database, number)}")


def test_taking_off_a_place_by_lot_says_what_is_lost_and_is_logged(browser: Browser, database: Database) -> None:
    html = html_of(browser, database, 6)
    assert "2 places of this list fell by lot; 2 are still on it" in html
    path = f"/supervise/pool/{key(database, 6)}"
    assert "Choose a reason" in browser.send(path, {"version": "1", "do": "remove"}, seen=html, status=400).text
    done = browser.send(path, {"version": "1", "do": "remove", "reason": AWAY}, seen=html).text
    assert "Saved, and logged with the list" in done
    assert "the family is away" in done
    with database.reading() as session:
        assert [row.content["removed_reason"] for row in rows(session)] == [AWAY]
    late = browser.send(path, {"version": "1", "do": "remove", "reason": AWAY}, seen=html, status=409).text
    assert "Somebody else changed this household first" in late
    assert "Put on the month&#39;s list" in late
    assert "2 by lot, 1 kept" in browser.get("/supervise/pool")
    browser.send(path, {"version": "x", "do": "remove"}, seen=html, status=404)
    browser.send(path, {"version": "1", "do": "nothing"}, seen=html, status=404)


def test_a_duty_offers_no_form_to_take_it_off(browser: Browser, database: Database) -> None:
    html = html_of(browser, database, 1)
    assert "This visit is a duty and stays on the list" in html
    assert 'name="reason"' not in html
    path = f"/supervise/pool/{key(database, 1)}"
    other = html_of(browser, database, 3)
    browser.send(path, {"version": "1", "do": "remove", "reason": AWAY}, seen=other, status=400)


def test_what_can_be_moved_no_more_says_why(browser: Browser, database: Database) -> None:
    with database.writing() as session:
        item(session, 3).status = Status.DONE
        item(session, 1).visit_list.terms = {}
    assert "has its result for the month" in html_of(browser, database, 3)
    assert "came without the reasons of a policy" in html_of(browser, database, 4)


def test_choosing_places_and_a_person(browser: Browser, database: Database) -> None:
    with database.writing() as session:
        goes = account(session, Role.CASEWORKER, TOWNSHIP, name="goes").account_id
        near = account(session, Role.CASEWORKER, VILLAGE, name="here").account_id
    html = browser.get("/supervise/places?which=all")
    keep = {"which": "all", **dict(re.findall(r'name="(v\d+)" value="(\d+)"', html))}
    assert len(keep) == 8
    send = lambda form, status=200: browser.send("/supervise/places", {**keep, **form}, seen=html, status=status).text  # noqa: E731
    assert "Choose who goes" in send({"do": "chosen"}, 400)
    assert "Tick the households" in send({"do": "chosen", "to": str(goes)}, 400)
    assert "does not work in the village" in send({"do": "page", "to": str(near)}, 400)
    send({"do": "elsewhere", "to": str(near)}, 404)
    ticked = {f"p{key(database, number)}": "1" for number in (1, 3)}
    assert "2 households assigned to 王小明" in send({**ticked, "do": "chosen", "to": str(near)})
    left = send({"do": "page", "to": str(goes)})
    assert "5 households assigned" in left
    assert "Somebody changed these first" in left
    assert left.count("now with 王小明") == 2
    whole = browser.get(f"/supervise/places?which=open&village={VILLAGE}")
    mark = re.search(r'name="mark" value="([\d.]+)"', whole)
    assert mark
    form = {"which": "open", "village": VILLAGE, "mark": mark[1], "do": "village", "to": "0"}
    assert "6 households are nobody" in browser.send("/supervise/places", form, seen=whole).text
    assert "Somebody changed these first" in browser.send("/supervise/places", form, seen=whole).text


def test_loads_against_what_one_can_do(browser: Browser, database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        goes = account(session, Role.CASEWORKER, VILLAGE, NEXT_VILLAGE, "520101001003", name="goes").account_id
        places = {one.id: one.version for one in session.scalars(select(ListItem).where(ListItem.listed))}
        assign(session, supervisor, dict(list(places.items())[:4]), goes, NOW)
    html = browser.get("/supervise/workload")
    assert "Nobody yet" in html
    assert "4 of 5" in html
    assert "6 on the list, about 5 for one person" in html
    assert f"account={goes}" in html


def test_disagreements_tell_places_and_no_person(browser: Browser, database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        for number in (3, 4, 5, 6, 7, 8):
            one = item(session, number)
            session.add(
                OwnRating(
                    item_id=one.id, account_id=supervisor.account_id, household_id="H", region_code=one.region_code,
                    rating=Rating.SOON, asked=True, band_seen=False, seen_before={}, rated_at=NOW,
                )
            )  # fmt: skip
    html = browser.get("/supervise/disagreements")
    assert "6 ratings" in html
    assert "fewer than 5" in html
    assert "H001001-003" in html
    assert "Own rating: Soon" in html
    assert "super" not in html.split("<main")[1].replace("/supervise", "").replace("supervisor", "")


def test_regions_without_a_ledger_say_so(browser: Browser) -> None:
    html = browser.get("/supervise/regions")
    assert "There is no ledger on this machine" in html
    assert "2, 2 kept" in html
    assert "not known" in html


def test_the_capacity_without_a_ledger_says_so(browser: Browser, database: Database) -> None:
    with database.reading() as session:
        number = item(session, 1).list_pk
    assert "are not on this machine" in browser.get(f"/supervise/capacity?list={number}")


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.MODEL_OWNER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_open_none_of_it(database: Database, role: Role) -> None:
    with database.writing() as session:
        load_sheet(session, this_month(), NOW)
        name = account(session, role, name="other").name
    with browsing(Desk(database), name) as inside:
        for path in (*PAGES, f"/supervise/pool/{key(database, 3)}"):
            inside.get(path, 403)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_township_of_two_thousand_places_stays_light(database: Database, language: str) -> None:
    villages = [f"{TOWNSHIP}{number:03}" for number in range(1, 101)]
    lot = {"stratum": Stratum.RANDOM, "kind": "random"}
    many = [
        place(number, villages[number % 100], **({"duty_rule": "r", "duty_due_on": NOW.date()} if number % 3 else lot))
        for number in range(1, 2_001)
    ]
    with database.writing() as session:
        for number, village in enumerate(villages):
            account(session, Role.CASEWORKER, village, name=f"worker{number}", password=None)
        load_sheet(session, this_month(places=many), NOW)
        name = account(session, Role.SUPERVISOR, name="super").name
    with browsing(Desk(database), name, language) as inside:
        for path in (*PAGES[:-1], "/supervise/pool?page=50", "/supervise/workload?page=3"):
            html = inside.get(path)
            assert len(html.encode()) < MOST, path
        assert html.count("<tr>") == 21
