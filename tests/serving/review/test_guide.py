"""The first sign-in, hints on the list, and practice, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.web.pages.guide.welcome import guide
from serving.review.web.render import STYLES
from tests.serving.review.making import account, loaded
from tests.serving.review.server import Running, hosted


@pytest.fixture
def site(database: Database, database_url: str, tmp_path: Path) -> Iterator[Running]:
    """An application with an account of each role that was never signed in, and a list."""
    with database.writing() as session:
        for role in Role:
            made = account(session, role, name=role.value)
            session.get_one(Account, made.account_id).introduced_at = None
    loaded(database)
    with hosted(database_url, tmp_path) as server:
        yield server


def test_the_first_sign_in_shows_what_the_pages_are_for_once(site: Running) -> None:
    for role in Role:
        browser = site.browser()
        first = browser.sign_in(role.value)
        assert first.url.path == "/welcome", role
        steps = len(guide().steps[role])
        assert f"Step 1 of {steps}" in first.text
        for step in range(1, steps + 1):
            seen = browser.get(f"/welcome?step={step}")
            picture = re.search(r'src="(/static/pictures/\w+\.svg)" alt="[^"]+"', seen)
            assert picture
            assert browser.get(picture[1]).startswith("<svg ")
        assert ('name="practise"' in seen) is (role in (Role.CASEWORKER, Role.SUPERVISOR))
        assert browser.send("/welcome", {}, seen=seen).url.path != "/welcome"
        assert site.browser().sign_in(role.value).url.path != "/welcome"
        assert "How this works" in browser.get("/me")


def test_a_step_that_is_none_shows_the_nearest(site: Running) -> None:
    browser = site.browser()
    browser.sign_in("caseworker")
    assert "Step 4 of 4" in browser.get("/welcome?step=99")
    assert "Step 1 of 4" in browser.get("/welcome?step=x")
    assert browser.client.get("/static/pictures/secret.svg").status_code == 404
    assert browser.client.get("/static/pictures/..%2Fbase.svg").status_code == 404


def test_hints_lead_to_the_first_visit_and_are_gone_after_it(site: Running) -> None:
    browser = site.browser()
    browser.send("/welcome", {}, seen=browser.sign_in("caseworker").text)
    seen = browser.get("/list")
    assert "Begin with the first family" in seen
    number = re.search(r'href="/list/(\d+)"', seen)
    assert number
    browser.get(f"/list/{number[1]}")
    seen = browser.get("/list")
    assert "After a visit, tap" in seen
    done = re.search(r'value="(done:\d+:\d+)"', seen)
    assert done
    browser.send("/list", {"do": done[1], "keep": ""}, seen=seen)
    assert 'class="hint"' not in browser.get("/list")


def test_practice_from_start_to_end(site: Running) -> None:
    browser = site.browser("zh")
    seen = browser.sign_in("caseworker").text
    first = browser.send("/welcome", {"practise": "1"}, seen=seen)
    assert first.url.path == "/practice"
    assert first.text.count("待练") == 6
    for path in ("/list", "/me", "/tasks", "/overrides", "/practice", "/list/print"):
        assert "练习模式" in browser.get(path), path
    listed = browser.get("/list")
    numbers = re.findall(r'href="/list/(\d+)"', listed)
    assert len(set(numbers)) == 6
    real = site.browser()
    real.send("/welcome", {}, seen=real.sign_in("supervisor").text)
    theirs = set(re.findall(r'href="/list/(\d+)"', real.get("/list")))
    assert not theirs & set(numbers)
    real.get(f"/list/{numbers[0]}", status=404)
    browser.get(f"/list/{min(theirs)}", status=404)
    rating = browser.get(f"/list/{numbers[3]}")
    browser.send(f"/list/{numbers[3]}/rating", {"rating": "soon"}, seen=rating)
    assert browser.get("/practice").count("✓ 做到了") == 1
    browser.send("/practice", {"do": "start"}, seen=browser.get("/practice"))
    assert browser.get("/practice").count("待练") == 6
    ended = browser.send("/practice", {"do": "end"}, seen=browser.get("/practice"))
    assert ended.url.path == "/list"
    assert "练习模式" not in ended.text
    browser.get(f"/list/{numbers[0]}", status=404)


def test_practice_ends_with_the_session_and_elsewhere_is_said(site: Running) -> None:
    one, other = site.browser(), site.browser()
    for browser in (one, other):
        browser.sign_in("caseworker")
        browser.send("/practice", {"do": "start"}, seen=browser.get("/practice"))
    one.send("/sign-out", {}, seen=one.get("/me"))
    assert "practice was ended elsewhere" in other.get("/practice")
    one.sign_in("caseworker")
    assert "Practice:" not in one.get("/me")


def test_practice_is_for_those_who_work_on_lists(site: Running) -> None:
    browser = site.browser()
    browser.sign_in("auditor")
    browser.get("/practice", status=403)


def test_who_must_choose_a_password_is_led_by_the_hand_after_it(site: Running, database: Database) -> None:
    with database.writing() as session:
        made = account(session, name="new")
        kept = session.get_one(Account, made.account_id)
        kept.must_change, kept.introduced_at = True, None
    browser = site.browser()
    seen = browser.sign_in("new").text
    form = {"old": "quiet-lamp-47-river", "new": "another-lamp-48-river", "again": "another-lamp-48-river"}
    assert browser.send("/password", form, seen=seen).url.path == "/welcome"


def test_every_step_has_a_picture() -> None:
    steps = {step for role in Role for step in guide().steps[role]}
    assert {file.stem for file in (STYLES / "pictures").glob("*.svg")} == steps
