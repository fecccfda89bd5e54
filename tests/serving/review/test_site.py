"""The pages of a running server, on a database of each kind: who is let in, what is shown, what forms do."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Account, Role, SignedIn
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.store.visits import VisitRecord
from tests.serving.review.conftest import DATABASES
from tests.serving.review.making import PASSWORD, VILLAGE, account, july
from tests.serving.review.server import Browser, Running, running

NEXT_PASSWORD = "another-stone-93-wall"  # noqa: S105 - of invented people
HEADINGS = {
    Role.CASEWORKER: "My list",
    Role.SUPERVISOR: "This month",
    Role.ADMINISTRATOR: "Accounts",
    Role.AUDITOR: "Access log",
    Role.MODEL_OWNER: "Model",
}


@dataclass(frozen=True, slots=True)
class Site:
    """A running application with an account of each role and the list of July."""

    server: Running
    database: Database

    def person(self, role: Role = Role.CASEWORKER, *regions: str) -> str:
        """A new account; returns its name."""
        name = f"{role}-{uuid.uuid4().hex[:8]}"
        with self.database.writing() as session:
            account(session, role, *regions, name=name)
        return name

    def inside(self, role: Role = Role.CASEWORKER, *regions: str) -> Browser:
        """A browser in which a new account of a role is signed in."""
        browser = self.server.browser()
        browser.sign_in(self.person(role, *regions))
        return browser


@pytest.fixture(scope="session", params=DATABASES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for each kind of database."""
    folder = tmp_path_factory.mktemp("site")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "review.db")
        url = f"sqlite:///{folder / 'review.db'}"
    else:
        url = request.getfixturevalue("postgres").copy("site")
    database = Database.open(url)
    with running(url, folder) as server:
        yield Site(server, database)
    database.engine.dispose()


@pytest.fixture(autouse=True)
def july_list(site: Site) -> None:
    """A fresh list, newer than those of earlier tests."""
    whole = july()
    with site.database.writing() as session:
        for item in session.scalars(select(ListItem)):
            item.household_id = f"old-{uuid.uuid4().hex[:12]}"
        for visit in session.scalars(select(VisitRecord)):
            visit.household_id = f"old-{uuid.uuid4().hex[:12]}"
        fresh = type(whole)(**{**{name: getattr(whole, name) for name in whole.__slots__}, "list_id": uuid.uuid4().hex})
        load_sheet(session, fresh, datetime.now(UTC))


def item(site: Site, number: int, region: str = VILLAGE) -> ListItem:
    with site.database.reading() as session:
        return session.scalars(select(ListItem).where(ListItem.household_id == f"H{region[6:]}-{number:03}")).one()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_starts_on_its_own_page(site: Site, role: Role) -> None:
    browser = site.inside(role)
    page = browser.get("/")
    assert f"<h1>{HEADINGS[role]}</h1>" in page
    allowed = {path for path in ("/list", "/accounts", "/log") if f'href="{path}"' in page}
    for path in ("/list", "/accounts", "/log", "/list/print"):
        browser.get(path, 200 if path.removesuffix("/print") in allowed else 403)


def test_a_stranger_is_sent_to_the_door_and_back_to_where_they_were_going(site: Site) -> None:
    browser = site.server.browser()
    for path in ("/", "/list", "/me", "/accounts", "/log", "/nothing"):
        answer = browser.client.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
    seen = browser.get("/list/print")
    answer = browser.send(
        "/sign-in", {"name": site.person(), "password": PASSWORD, "next": "/list/print"}, seen=seen
    )  # fmt: skip
    assert answer.url.path == "/list/print"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "\n//x"])
def test_nobody_is_sent_elsewhere_after_the_sign_in(site: Site, elsewhere: str) -> None:
    browser = site.server.browser()
    seen = browser.get("/sign-in")
    answer = browser.send("/sign-in", {"name": site.person(), "password": PASSWORD, "next": elsewhere}, seen=seen)
    assert answer.url.host == "127.0.0.1"
    assert browser.client.get("/language", params={"to": "en", "back": elsewhere}).headers["location"] == "/"


def test_refusals_tell_nothing_and_a_long_row_of_them_waits(site: Site) -> None:
    known, unknown = site.person(), f"nobody-{uuid.uuid4().hex}"
    browser = site.server.browser()
    texts = []
    for name in (known, unknown):
        texts.append(browser.sign_in(name, "wrong password", 401).text.replace(name, ""))
        for _ in range(4):
            browser.sign_in(name, "wrong password", 401)
        assert "Try again in 1 min" in browser.sign_in(name, PASSWORD, 429).text
    assert re.sub(r'value="\w+"', "", texts[0]) == re.sub(r'value="\w+"', "", texts[1])


def test_the_session_cookie_is_hidden_and_new_at_each_sign_in(site: Site) -> None:
    name, browser = site.person(), site.server.browser()
    first = browser.sign_in(name).history[0].headers.get_list("set-cookie")[0]
    assert "HttpOnly" in first
    assert "samesite=lax" in first.lower()
    second = site.server.browser().sign_in(name).history[0].headers.get_list("set-cookie")[0]
    tokens = [cookie.split(";")[0].split("=", 1)[1] for cookie in (first, second)]
    assert tokens[0] != tokens[1]
    with site.database.reading() as session:
        kept = session.scalars(select(SignedIn.token_hash)).all()
    assert not set(tokens) & set(kept)


def test_behind_https_cookies_travel_only_there(site: Site) -> None:
    answer = site.server.browser().client.get("/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert "__Host-mopai_form=" in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_every_answer_has_its_headers_and_no_script(site: Site) -> None:
    browser = site.inside()
    for path in ("/list", "/nothing", "/static/none", "/me"):
        answer = browser.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
        assert "server" not in answer.headers
        assert "<script" not in answer.text
        assert "style=" not in answer.text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_without_its_token_changes_nothing(site: Site, token: str | None) -> None:
    browser, place = site.inside(), item(site, 3)
    form = {"do": f"done:{place.id}:{place.version}", **({} if token is None else {"token": token})}
    assert browser.client.post("/list", data=form).status_code == 403
    assert item(site, 3).status is Status.OPEN


def test_a_form_from_another_site_or_session_changes_nothing(site: Site) -> None:
    browser, other, place = site.inside(), site.inside(), item(site, 3)
    form = {"do": f"done:{place.id}:{place.version}"}
    browser.send("/list", form, seen=other.get("/list"), status=403)
    browser.client.headers["Origin"] = "https://evil.example"
    browser.send("/list", form, seen=browser.get("/list"), status=403)
    browser.client.headers["Origin"] = site.server.url
    browser.send("/list", form, seen=browser.get("/list"))


def test_the_first_password_is_changed_before_anything_else(site: Site) -> None:
    name = site.person()
    with site.database.writing() as session:
        session.scalars(select(Account).where(Account.name == name)).one().must_change = True
    browser = site.server.browser()
    page = browser.sign_in(name).text
    assert "Before you go on" in page
    assert "Before you go on" in browser.get("/list")
    for form, said in (
        ({"old": "wrong", "new": NEXT_PASSWORD, "again": NEXT_PASSWORD}, "not right"),
        ({"old": PASSWORD, "new": NEXT_PASSWORD, "again": "other"}, "differ"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "too short"),
    ):
        page = browser.send("/password", form, seen=page, status=400).text
        assert said in page
    browser.send("/password", {"old": PASSWORD, "new": NEXT_PASSWORD, "again": NEXT_PASSWORD}, seen=page)
    assert "My list" in browser.get("/list")


def test_a_new_password_ends_the_other_sessions(site: Site) -> None:
    name = site.person()
    here, there = site.server.browser(), site.server.browser()
    here.sign_in(name)
    there.sign_in(name)
    form = {"old": PASSWORD, "new": NEXT_PASSWORD, "again": NEXT_PASSWORD}
    assert "your other devices are signed out" in here.send("/password", form, seen=here.get("/password")).text
    assert "Sign in" in there.get("/list")


def test_sessions_end_one_by_one_or_everywhere(site: Site) -> None:
    name = site.person()
    browsers = [site.server.browser() for _ in range(3)]
    for browser in browsers:
        browser.sign_in(name)
    page = browsers[0].get("/me")
    other = re.findall(r'name="session" value="(\d+)"', page)
    assert len(other) == 2
    stranger = site.inside()
    stranger.send("/me", {"session": other[0]}, seen=stranger.get("/me"), status=404)
    browsers[0].send("/me", {"session": other[0]}, seen=page)
    assert sum("<h1>Sign in</h1>" in browser.get("/me") for browser in browsers) == 1
    browsers[0].send("/sign-out", {"everywhere": "1"}, seen=page)
    assert all("<h1>Sign in</h1>" in browser.get("/me") for browser in browsers)


def test_the_list_shows_duties_first_and_only_one_s_own_villages(site: Site) -> None:
    page = site.inside().get("/list")
    assert re.findall(r"<h2><a[^>]*>H001001-(\d+)</a>", page) == ["001", "002", "003", "004", "005"]
    assert "no guardian" in page
    assert "days overdue" in page
    assert "H001002-006" not in page
    assert "H001002-006" in site.inside(Role.SUPERVISOR).get("/list")
    assert "H002001-007" not in site.inside(Role.SUPERVISOR).get("/list")


def test_a_place_to_rate_shows_its_band_only_afterwards(site: Site) -> None:
    browser, place = site.inside(), item(site, 4)
    assert "Your own rating first" in browser.get("/list")
    page = browser.get(f"/list/{place.id}")
    assert "By lot" not in page
    assert "the grandmother" not in page
    browser.send(f"/list/{place.id}/rating", {"rating": "never"}, seen=page, status=404)
    page = browser.send(f"/list/{place.id}/rating", {"rating": "in_turn"}, seen=page).text
    assert "the grandmother is past seventy" in page
    assert "Go first" in page


def test_done_in_one_tap_and_a_mistake_put_right(site: Site) -> None:
    browser, place = site.inside(), item(site, 3)
    page = browser.send("/list", {"do": f"done:{place.id}:1", "keep": "status=open"}, seen=browser.get("/list")).text
    assert "<h1>What did you see?</h1>" in page
    assert item(site, 3).status is Status.DONE
    page = browser.get(f"/list/{place.id}")
    form = {"version": "2", "status": "open", "on": "2018-07-05", "reason": "", "note": ""}
    browser.send(f"/list/{place.id}", form, seen=page)
    assert item(site, 3).status is Status.OPEN
    with site.database.reading() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.table == "visits").order_by(OutboxRow.id)).all()
        assert [row.retracts is not None for row in rows[-2:]] == [False, True]


def test_what_is_missing_is_said_and_what_was_typed_is_kept(site: Site) -> None:
    browser, place = site.inside(), item(site, 3)
    form = {"version": "1", "status": "postponed", "on": "2018-07-05", "reason": "", "note": "the <bridge> is down"}
    page = browser.send(f"/list/{place.id}", form, seen=browser.get(f"/list/{place.id}"), status=400).text
    assert "Choose a reason" in page
    assert "the &lt;bridge&gt; is down" in page
    assert 'value="postponed" checked' in page
    browser.send(f"/list/{place.id}", {**form, "on": "5 July"}, seen=page, status=400)
    browser.send(f"/list/{place.id}", {**form, "reason": "road"}, seen=page)
    assert (item(site, 3).status, item(site, 3).note) == (Status.POSTPONED, "the <bridge> is down")


def test_two_people_at_one_household_both_see_both(site: Site) -> None:
    first, second, place = site.inside(), site.inside(Role.SUPERVISOR), item(site, 3)
    seen = second.get(f"/list/{place.id}")
    first.send("/list", {"do": f"done:{place.id}:1"}, seen=first.get("/list"))
    form = {"version": "1", "status": "postponed", "on": "2018-07-05", "reason": "road", "note": "flood"}
    page = second.send(f"/list/{place.id}", form, seen=seen, status=409).text
    assert "Somebody changed this first" in page
    assert "flood" in page
    assert item(site, 3).status is Status.DONE
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert {**form, "version": "2"}.items() <= again.items()
    second.send(f"/list/{place.id}", again, seen=page)
    assert item(site, 3).status is Status.POSTPONED


def test_moving_up_and_down(site: Site) -> None:
    browser, place = site.inside(), item(site, 5)
    page = browser.send("/list", {"do": f"up:{place.id}:1"}, seen=browser.get("/list")).text
    assert re.findall(r"<h2><a[^>]*>H001001-(\d+)</a>", page) == ["001", "002", "003", "005", "004"]
    assert "Moved by hand" in page
    stale = browser.send("/list", {"do": f"up:{place.id}:1"}, seen=page).text
    assert "Somebody changed the list meanwhile" in stale
    top = item(site, 1)
    assert "at the end of its group" in browser.send("/list", {"do": f"up:{top.id}:1"}, seen=page).text
    browser.send("/list", {"do": "up:1"}, seen=page, status=404)


def test_the_filters_and_the_paper(site: Site) -> None:
    browser, place = site.inside(Role.SUPERVISOR), item(site, 3)
    browser.send("/list", {"do": f"done:{place.id}:1"}, seen=browser.get("/list"))
    page = browser.get(f"/list?status=open&village={VILLAGE}")
    assert re.findall(r"<h2><a[^>]*>H001001-(\d+)</a>", page) == ["001", "002", "004", "005"]
    assert "H001002-006" not in page
    paper = browser.get("/list/print")
    assert "no names" in paper
    assert "H001002-006" in paper
    assert "<button" not in paper


def test_outside_one_s_villages_there_is_nothing(site: Site) -> None:
    browser, outside = site.inside(), item(site, 6, "520101001002")
    page = browser.get("/list")
    browser.get(f"/list/{outside.id}", 404)
    form = {"version": "1", "status": "done", "on": "2018-07-05"}
    browser.send(f"/list/{outside.id}", form, seen=page, status=404)
    browser.send("/list", {"do": f"done:{outside.id}:1"}, seen=page, status=404)
    browser.send(f"/list/{outside.id}/rating", {"rating": "soon"}, seen=page, status=404)
    assert outside.household_id not in browser.get(f"/list?saved={outside.id}")


def test_an_auditor_sees_who_read_what_and_nothing_personal(site: Site) -> None:
    worker = site.person()
    browser = site.server.browser()
    browser.sign_in(worker)
    browser.get(f"/list/{item(site, 5).id}")
    log = site.inside(Role.AUDITOR).get(f"/log?account={worker}")
    assert worker in log
    assert "H001001-005" in log
    assert "5 households" in log
    assert "the grandmother" not in log
    assert worker not in site.inside(Role.AUDITOR, "520202").get("/log")
    assert worker in site.inside(Role.AUDITOR).get("/log?household=H001001-005")
    assert worker in site.inside(Role.AUDITOR).get("/log?household=C005"), "a complaint names a child"
    assert "No access is noted under this code" in site.inside(Role.AUDITOR).get("/log?household=C999")


def test_reading_is_logged_before_it_is_shown(site: Site) -> None:
    browser = site.inside()
    browser.get("/list/print")
    with site.database.reading() as session:
        last = session.scalars(select(AccessEntry).order_by(AccessEntry.id.desc()).limit(1)).one()
        assert (last.purpose, last.action, len(last.records)) == ("print", "read", 5)


def test_an_administrator_keeps_accounts_and_sees_no_child(site: Site) -> None:
    browser = site.inside(Role.ADMINISTRATOR)
    name = f"new-{uuid.uuid4().hex[:8]}"
    form = {"name": name, "person": "李 <b>四", "role": "caseworker", "regions": VILLAGE, "email": ""}
    page = browser.send("/accounts", {**form, "regions": "52"}, seen=browser.get("/accounts"), status=400).text
    assert "do not suit the role" in page
    password = re.search(r"<code>(\w+)</code>", browser.send("/accounts", form, seen=page).text)
    assert password
    assert "Before you go on" in site.server.browser().sign_in(name, password[1]).text
    page = browser.get("/accounts")
    assert "李 &lt;b&gt;四" in page
    browser.send("/accounts", form, seen=page, status=400)
    again = re.search(
        r"<code>(\w+)</code>", browser.send("/accounts/change", {"name": name, "do": "reset"}, seen=page).text
    )
    assert again
    browser.send("/accounts/change", {"name": name, "do": "lock"}, seen=page)
    site.server.browser().sign_in(name, again[1], 401)
    browser.send("/accounts/change", {"name": name, "do": "unlock"}, seen=page)
    site.server.browser().sign_in(name, again[1])
    browser.send("/accounts/change", {"name": "nobody", "do": "lock"}, seen=page, status=404)


def test_an_administrator_of_a_county_keeps_that_county(site: Site) -> None:
    browser, far = site.inside(Role.ADMINISTRATOR, "520202"), site.person()
    page = browser.get("/accounts")
    assert far not in page
    browser.send("/accounts/change", {"name": far, "do": "reset"}, seen=page, status=404)
    form = {"name": "x" + far, "person": "x", "role": "caseworker", "regions": VILLAGE}
    browser.send("/accounts", form, seen=page, status=403)


def test_the_language_is_the_browser_s_until_chosen(site: Site) -> None:
    browser = site.server.browser("zh-CN,zh;q=0.9,en;q=0.8")
    page = browser.get("/sign-in")
    assert '<html lang="zh-CN">' in page
    assert "<h1>登录</h1>" in page
    assert "忘记密码？请找管理员" in page
    assert '<html lang="en">' in browser.get("/language?to=en&back=/sign-in")
    door = browser.get("/sign-in")
    assert '<html lang="en">' in door
    assert "Forgotten your password? Ask your administrator" in door
    assert 'role="alert"' not in door


def test_what_is_too_large_is_not_read(site: Site) -> None:
    answer = site.server.browser().client.post("/sign-in", content=b"x" * 70_000)
    assert answer.status_code == 413
    chunks = httpx.post(f"{site.server.url}/sign-in", content=(b"x" * 10_000 for _ in range(9)))
    assert chunks.status_code == 413


def test_no_page_is_large_and_the_log_of_the_server_is_silent(site: Site) -> None:
    browser = site.inside(Role.SUPERVISOR)
    assert all(len(browser.get(path).encode()) < 30_000 for path in ("/list", "/list/print", "/me"))
    assert len(re.findall("Error", site.server.log.read_text())) == 0
