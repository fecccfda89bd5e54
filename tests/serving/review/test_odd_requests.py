"""Requests no page of ours makes: each is answered with a page that says so, never by an error."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select
from starlette.routing import Match

from serving.review.desk import Desk
from serving.review.store.accounts import Account, Role, SignedIn
from serving.review.store.database import Database
from serving.review.store.lists import ListItem
from serving.review.web.app import AREAS
from tests.serving.review.making import account, item_id, loaded
from tests.serving.review.server import Browser
from tests.serving.review.supervising import browsing

HUGE = ("9" * 10, "9" * 5000)
NUMBER = re.compile(r"\{\w+:number\}")


def token_of(browser: Browser) -> str:
    """What forms of the browser's session carry."""
    found = re.search(r'name="token" value="(\w+)"', browser.get("/me"))
    assert found
    return found[1]


@pytest.fixture
def item(database: Database) -> int:
    """A place of the supervisor ``boss``."""
    loaded(database)
    with database.writing() as session:
        account(session, Role.SUPERVISOR, name="boss")
        return item_id(session, 5)


@pytest.mark.parametrize("huge", HUGE)
def test_no_address_holds_a_number_no_key_can_be(huge: str) -> None:
    routes = [one for area in AREAS for one in area if NUMBER.search(one.path)]
    assert len(routes) > 12
    for one in routes:
        for number, match in (("999999999", Match.FULL), (huge, Match.NONE)):
            scope = {"type": "http", "method": min(one.methods or ()), "path": NUMBER.sub(number, one.path)}
            assert one.matches(scope)[0] is match, one.path


@pytest.mark.slow
def test_numbers_no_key_can_be_are_refused_in_forms(database: Database, item: int) -> None:
    with browsing(Desk(database), "boss") as browser:
        token = token_of(browser)
        for huge in HUGE:
            forms = (
                (f"/list/{item}", {"version": huge, "status": "done", "on": "2018-07-04"}),
                (f"/list/{item}/visit", {"visit": huge, "on": "2018-07-04", "met": "yes"}),
                (f"/supervise/pool/{item}", {"version": huge, "do": "remove", "reason": "x"}),
                ("/list", {"do": f"done:{item}:{huge}"}),
                ("/list", {"do": f"up:{huge}:1"}),
                ("/me", {"session": huge}),
                ("/corrections", {"do": "take", "correction": huge}),
                ("/supervise/places", {"do": "chosen", "to": huge, f"v{huge}": huge, f"p{huge}": "1"}),
            )
            for path, form in forms:
                answer = browser.client.post(path, data={"token": token, **form})
                assert 300 <= answer.status_code < 500, (path, len(huge))
            query = "&".join(f"{name}={huge}" for name in ("page", "saved", "left", "account", "list", "given", "to"))
            for page in ("/list", "/supervise/places", "/supervise/pool", "/overrides"):
                browser.get(f"{page}?{query}")


@pytest.mark.parametrize(
    "rows",
    [
        "5", "{}", "[5]", "[" * 60_000, '[[1e999,1,1,"","","done","","",""]]', '[[1,1,1,"","","done","","",{}]]',
        '[[1,1,1,"","","done",5,"",""]]', f'[[1,{"9" * 25},1,"","","done","","",""]]',
        json.dumps([[1, 1, 1, "", "", "done", "2018-07-04", "", ""]] * 2000),
    ],
    ids=range(9),
)  # fmt: skip
def test_rows_the_preview_did_not_send_are_not_found(rows: str) -> None:
    from serving.review.access.viewer import NotFoundError
    from serving.review.web.pages.workbook.upload import _rows

    with pytest.raises(NotFoundError):
        _rows(rows)


def test_what_nobody_can_type_is_not_kept(database: Database, item: int) -> None:
    note = "her aunt\x00 left\x07,\n\tsee\u202f below"
    with browsing(Desk(database), "boss") as browser:
        form = {
            "token": token_of(browser),
            "version": "1",
            "status": "postponed",
            "reason": "road",
            "on": "2018-07-04",
            "note": note,
        }
        for path in (f"/list/{item}", "/list/find"):
            assert browser.client.post(path, data={**form, "text": "\x00"}).status_code == 303
    with database.reading() as session:
        assert session.get_one(ListItem, item).note == "her aunt left,\n\tsee\u202f below"


def test_who_must_choose_a_password_is_shown_no_family_by_an_old_form(database: Database, item: int) -> None:
    with browsing(Desk(database), "boss") as browser:
        with database.writing() as session:
            boss = session.scalars(select(Account)).one()
            boss.must_change = True
            form = {"token": f"x_{boss.id}"}
        for path in (f"/list/{item}/visit", f"/list/{item}/overrule", f"/list/{item}/correct"):
            answer = browser.client.post(path, data=form, headers={"Origin": str(browser.client.base_url).rstrip("/")})
            assert (answer.status_code, answer.headers.get("location")) == (303, "/password")


def test_a_browser_is_known_again_and_its_cookie_opens_nothing(database: Database, item: int) -> None:
    assert item
    with browsing(Desk(database), "boss") as browser:
        known = browser.client.cookies["mopai_known"]
        browser.client.cookies.delete("mopai_review")
        assert "Sign in" in browser.get("/list")
        for _ in range(5):
            browser.sign_in("boss", "wrong", 401)
        assert "Try again" in browser.sign_in("boss", status=429).text
        browser.client.cookies.delete("mopai_known")
        assert "<h1>This month</h1>" in browser.sign_in("boss").text, "elsewhere nobody had tried"
    with database.reading() as session:
        tokens = session.scalars(select(SignedIn.token_hash)).all()
    assert not any(part in tokens for part in known.split("."))
