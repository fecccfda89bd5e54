"""The pages of visits and report tasks, as a person without JavaScript uses them; what was recorded becomes a label."""

from __future__ import annotations

import html
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import polars as pl
import pytest
from sqlalchemy import select, update

from features.definition import load_definition
from features.ledger.store import LedgerStore
from serving.review.exchange.export import export_outbox
from serving.review.settings import settings
from serving.review.store.accounts import Account, Role, SignedIn
from serving.review.store.database import Database
from serving.review.store.lists import ListItem
from serving.review.store.visits import ReportTask, VisitRecord
from tests.serving.review.making import PASSWORD, TOWNSHIP, VILLAGE, account, loaded, place, sheet
from tests.serving.review.server import Browser, Running, running
from tests.serving.review.visiting import COUNTY, DOMAINS, ELDER, HOME, OLD_NEED, YOUNGER
from training.labels import visit_outcomes
from training.plan_loader import load_plan


@dataclass(frozen=True, slots=True)
class Office:
    """A running application with a ledger."""

    server: Running
    database: Database
    ledger: Path

    def person(self, role: Role = Role.CASEWORKER, region: str = VILLAGE) -> str:
        """The name of a new account."""
        name = uuid.uuid4().hex
        with self.database.writing() as session:
            account(session, role, region, name=name)
        return name

    def inside(self, role: Role = Role.CASEWORKER, region: str = VILLAGE) -> Browser:
        """A browser in which a new account is signed in."""
        browser = self.server.browser()
        browser.sign_in(self.person(role, region))
        return browser

    def let_lapse(self, name: str) -> None:
        """Let every session of an account have been idle too long."""
        long_ago = datetime.now(UTC) - settings().session.idle
        with self.database.writing() as session:
            own = select(Account.id).where(Account.name == name).scalar_subquery()
            session.execute(update(SignedIn).where(SignedIn.account_id == own).values(seen_at=long_ago))


@pytest.fixture(scope="module")
def office(sqlite_template: Path, small_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One server for all of these tests."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copy(sqlite_template, folder / "review.db")
    shutil.copytree(small_ledger, folder / "ledger")
    url = f"sqlite:///{folder / 'review.db'}"
    database = Database.open(url)
    with running(url, folder, "--ledger", str(folder / "ledger"), "--home", str(folder)) as server:
        yield Office(server, database, folder / "ledger")
    database.engine.dispose()


@pytest.fixture
def number(office: Office) -> int:
    """A fresh place of the household with two children, whom no test before has visited today."""
    with office.database.writing() as session:
        session.execute(update(VisitRecord).values(taken_back_at=datetime.now(UTC)))
    today = settings().day_of(datetime.now(UTC))
    name = uuid.uuid4().hex
    fresh = sheet(
        place(1), list_id=name, period_from=today, period_to=today + timedelta(days=20), as_of=today - timedelta(days=3)
    )
    loaded(office.database, fresh)
    with office.database.reading() as session:
        return max(session.scalars(select(ListItem.id).where(ListItem.household_id == HOME)))


def fields(page: str) -> dict[str, str]:
    """What the form of a visit holds, as a browser would send it."""
    form = page[page.index('class="visit"') :]
    form = form[: form.index("</form>")]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="(\w+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        assert name
        assert kind
        if kind[1] not in ("radio", "checkbox") or tag.rstrip("> ").endswith("checked"):
            found[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    for name, body in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("token")
    return found


def visit_path(number: int) -> str:
    return f"/list/{number}/visit"


SEEN = {"met": "yes", f"seen:{ELDER}": "yes", f"whole:{ELDER}": "1", f"seen:{YOUNGER}": "no"}
NEED = {"f0_who": ELDER, "f0_domain": "living", "f0_severity": "2"}


def save(browser: Browser, number: int, extra: dict[str, str], *, status: int = 200, seen: str = "") -> str:
    """Fill in and save."""
    page = seen or browser.get(visit_path(number))
    return browser.send(visit_path(number), {**fields(page), **extra}, seen=page, status=status).text


def visits(office: Office, number: int) -> list[VisitRecord]:
    with office.database.reading() as session:
        found = session.scalars(select(VisitRecord).where(VisitRecord.item_id == number)).all()
        return [one for one in found if one.taken_back_at is None]


def test_a_visit_recorded_in_the_browser_becomes_a_label_and_a_child_not_seen_has_none(
    office: Office, number: int
) -> None:
    browser = office.inside()
    assert "Saved" in save(browser, number, {**SEEN, **NEED})
    report = export_outbox(office.database, office.ledger, load_definition(), datetime.now(UTC))
    assert report.refused == {}
    record = visits(office, number)[0]
    outcomes = visit_outcomes(
        LedgerStore.open(office.ledger).read(COUNTY).tables, load_definition(), load_plan("demo"), date(2099, 1, 1)
    )
    own = outcomes.children.filter(pl.col("visit_id") == record.visit_id)
    assert own.select("child_id", "outcome", "label").rows() == [
        (ELDER, "labelled", True), (YOUNGER, "not_seen", None)
    ]  # fmt: skip
    assert own.select("label_living", "label_medical").rows() == [(True, False), (None, None)]


def test_a_domain_that_is_not_ticked_gives_no_label(office: Office, number: int) -> None:
    some = {"met": "yes", f"seen:{ELDER}": "yes", f"looked:{ELDER}:medical": "1", f"seen:{YOUNGER}": "no"}
    save(office.inside(), number, some)
    export_outbox(office.database, office.ledger, load_definition(), datetime.now(UTC))
    record = visits(office, number)[0]
    outcomes = visit_outcomes(
        LedgerStore.open(office.ledger).read(COUNTY).tables, load_definition(), load_plan("demo"), date(2099, 1, 1)
    )
    own = outcomes.children.filter(pl.col("visit_id") == record.visit_id, pl.col("child_id") == ELDER)
    assert own.select("outcome", "label", "label_medical", "label_living").rows() == [
        ("partly_assessed", None, False, None)
    ]


def test_the_form_presets_nothing_that_was_not_seen(office: Office, number: int) -> None:
    page = office.inside().get(visit_path(number))
    held = fields(page)
    assert (held["on"], held["purpose"]) == (str(settings().day_of(datetime.now(UTC))), "listed")
    assert "met" not in held
    assert not [name for name in held if name.startswith(("seen:", "looked:", "whole:"))]
    assert held[f"need:{OLD_NEED}"] == ""
    assert len(page.encode()) < 100_000


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(office: Office, number: int) -> None:
    browser = office.inside()
    typed = {
        "on": "2018-13-01", f"seen:{ELDER}": "yes", f"looked:{ELDER}:medical": "1", f"need:{OLD_NEED}": "open",
        "f0_domain": "living", "f0_danger": "other", "f1_action": "talked", "f1_due": "soon", "next": "never",
    }  # fmt: skip
    page = save(browser, number, typed, status=400)
    for place_of_fault in ("on", "met", f"seen:{YOUNGER}", "f0_who", "f0_severity", "f1_who", "f1_due", "next"):
        assert f'id="wrong-{place_of_fault}"' in page, place_of_fault
    assert 'id="wrong-reason"' not in page, "nobody said that nobody was met"
    held = fields(page)
    for name in (f"seen:{ELDER}", f"looked:{ELDER}:medical", f"need:{OLD_NEED}", "f0_domain", "f0_danger", "f1_action"):
        assert held[name] == typed[name], name
    again = {**SEEN, "on": "", "f0_who": "-", "f0_severity": "1", "f1_gone": "1", "next": ""}
    assert 'id="wrong-on"' in save(browser, number, again, seen=page, status=400)
    day = str(settings().day_of(datetime.now(UTC)))
    assert "must be reported now" in save(browser, number, {**again, "on": day}, seen=page)
    assert len(visits(office, number)) == 1


def test_another_row_keeps_what_was_typed(office: Office, number: int) -> None:
    browser = office.inside()
    page = save(browser, number, {**SEEN, **NEED, "more": "1"})
    held = fields(page)
    assert (held["rows"], held["f0_domain"], held[f"seen:{YOUNGER}"]) == ("3", "living", "no")
    assert "f2_domain" in held
    assert visits(office, number) == []
    for _ in range(12):
        page = save(browser, number, {"more": "1"}, seen=page)
    assert "f11_domain" in fields(page)
    assert 'name="more"' not in page, "there is an end to it"


def test_one_tap_is_completed_and_corrected_and_taken_back(office: Office, number: int) -> None:
    browser = office.inside()
    seen = browser.get("/list")
    page = browser.send("/list", {"do": f"done:{number}:1", "keep": ""}, seen=seen).text
    assert "<h1>What did you see?</h1>" in page
    assert fields(page)["met"] == "yes"
    save(browser, number, {**SEEN, **NEED, f"need:{OLD_NEED}": "open"}, seen=page)
    page = browser.get(visit_path(number))
    assert "<h1>Correct a visit</h1>" in page
    held = fields(page)
    assert (held["f0_domain"], held[f"seen:{ELDER}"], held[f"need:{OLD_NEED}"]) == ("living", "yes", "open")
    assert all(held[f"looked:{ELDER}:{domain}"] == "1" for domain in DOMAINS)
    save(browser, number, {"f0_gone": "1"}, seen=page)
    assert fields(browser.get(visit_path(number)))["f0_domain"] == ""
    page = browser.get(f"{visit_path(number)}?another=1")
    assert fields(page)["visit"] == ""
    held = fields(browser.get(visit_path(number)))
    stale = {"visit": held["visit"], "mark": "1.1"}
    browser.send(f"{visit_path(number)}/back", stale, seen=page, status=409)
    browser.send(f"{visit_path(number)}/back", {"visit": "x", "mark": held["mark"]}, seen=page, status=404)
    page = browser.send(f"{visit_path(number)}/back", {"visit": held["visit"], "mark": held["mark"]}, seen=page).text
    assert "The visit is taken back." in page
    assert visits(office, number) == []


def test_the_second_person_sees_both_and_neither_is_lost(office: Office, number: int) -> None:
    first, second = office.inside(), office.inside()
    pages = [browser.get(visit_path(number)) for browser in (first, second)]
    save(first, number, {**SEEN, **NEED, f"need:{OLD_NEED}": "open"}, seen=pages[0])
    mine = {"met": "yes", f"seen:{ELDER}": "yes", f"seen:{YOUNGER}": "yes", "f0_who": YOUNGER, "f0_domain": "medical"}
    page = save(second, number, {**mine, "f0_severity": "1"}, seen=pages[1], status=409)
    assert "Somebody recorded a visit here first" in page
    held = fields(page)
    assert (held["f0_domain"], held["f1_domain"], held[f"seen:{YOUNGER}"]) == ("medical", "living", "yes")
    assert held[f"looked:{ELDER}:living"] == "1", "what the first looked at"
    save(second, number, {}, seen=page)
    record = visits(office, number)[0]
    assert (len(visits(office, number)), record.version) == (1, 2)
    page = save(first, number, {"mark": "9.9"}, status=409)
    held, late = fields(page), second.get(visit_path(number))
    first.send(f"{visit_path(number)}/back", {"visit": held["visit"], "mark": held["mark"]}, seen=page)
    assert fields(save(second, number, {}, seen=late, status=409))["visit"] == "", "it is another visit now"


def test_an_attempt_and_then_a_visit(office: Office, number: int) -> None:
    browser = office.inside()
    assert 'id="wrong-reason"' in save(browser, number, {"met": "no"}, status=400)
    save(browser, number, {"met": "no", "reason": "nobody_home"})
    page = browser.get(visit_path(number))
    assert "Nobody at home" in page
    assert fields(page)["visit"] == "", "the attempt stays; this is another visit"
    key = visits(office, number)[0].id
    assert fields(browser.get(f"{visit_path(number)}?visit={key}"))["reason"] == "nobody_home"
    save(browser, number, SEEN, seen=page)
    assert [one.met for one in visits(office, number)] == [False, True]


def test_a_red_finding_leads_to_its_task_and_the_report_ends_it(office: Office, number: int) -> None:
    browser = office.inside()
    page = save(browser, number, {**SEEN, **NEED, "f0_danger": "violence"})
    assert "Violence or abuse suspected" in page
    assert "must be reported now" in page
    assert 'href="tel:110"' in page
    assert "Anti-Domestic Violence Law art. 14" in page
    with office.database.reading() as session:
        task = max(session.scalars(select(ReportTask.id)))
    path = f"/tasks/{task}"
    assert f'href="{path}"' in browser.get("/tasks")
    report = {"do": "report", "to_whom": "police", "note": "receipt 7"}
    page = browser.send(path, {**report, "at": "soon"}, seen=page, status=400).text
    assert "receipt 7" in page
    now = datetime.now(settings().time_zone)
    late = {**report, "at": f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    assert "later than now" in browser.send(path, late, seen=page, status=400).text
    tapped = {**report, "at": f"{now:%Y-%m-%dT%H:%M}", "note": " "}
    assert "Say who took it" in browser.send(path, tapped, seen=page, status=400).text
    browser.send(path, {"do": "withdraw", "why": "no"}, seen=page, status=403)
    page = browser.send(path, {**report, "at": f"{now:%Y-%m-%dT%H:%M}"}, seen=page).text
    assert "reported to Police" in page
    assert "Note another report" in page
    assert "receipt 7" in browser.get(path)


def test_a_supervisor_sees_what_is_late_and_withdraws_what_was_a_mistake(office: Office, number: int) -> None:
    browser, supervisor = office.inside(), office.inside(Role.SUPERVISOR, TOWNSHIP)
    save(browser, number, {**SEEN, **NEED, "f0_severity": "3", "f0_domain": "medical"})
    with office.database.writing() as session:
        task = session.scalars(select(ReportTask).order_by(ReportTask.id.desc())).first()
        assert task is not None
        task.opened_at, task.due_at = task.opened_at - timedelta(hours=5), task.due_at - timedelta(hours=5)
        path = f"/tasks/{task.id}"
    assert "Late: it was due" in supervisor.get("/tasks")
    assert "escalated to: Township supervisor" in supervisor.get("/tasks")
    page = supervisor.get(path)
    assert "not reported: Township supervisor is told" in page, "shown before anybody wrote it down"
    assert "Withdraw the task" not in page
    held = fields(browser.get(visit_path(number)))
    seen = browser.get(visit_path(number))
    browser.send(f"{visit_path(number)}/back", {"visit": held["visit"], "mark": held["mark"]}, seen=seen)
    page = supervisor.get(path)
    assert "The finding was taken back or changed later" in page
    page = supervisor.send(path, {"do": "withdraw", "why": ""}, seen=page, status=400).text
    assert "Give the reason" in page
    page = supervisor.send(path, {"do": "withdraw", "why": "wrong household"}, seen=page).text
    assert "wrong household" in page
    assert path in supervisor.get("/tasks"), "kept on record"


def test_what_lies_elsewhere_is_not_there(office: Office, number: int) -> None:
    page = save(office.inside(), number, {**SEEN, **NEED, "f0_danger": "other"})
    with office.database.reading() as session:
        task = max(session.scalars(select(ReportTask.id)))
    stranger = office.inside(region="520101001002")
    for path in (visit_path(number), f"/tasks/{task}"):
        stranger.get(path, 404)
        stranger.send(path, {"visit": ""}, seen=stranger.get("/me"), status=404)
    assert f"/tasks/{task}" not in stranger.get("/tasks")
    assert page


NOTE = "她说奶奶上周住院了"
FORMS = (
    ("visit", "", {**SEEN, **NEED, f"need:{OLD_NEED}": "open"}),
    ("overrule", "", {"reason": "new_event", "note": NOTE, "wanted": "go_first"}),
    (
        "correct",
        f"?child={ELDER}&column=schooling",
        {"child": ELDER, "column": "schooling", "value": "junior", "since": "2018-06-01"},
    ),
)


def typed_stands(page: str, typed: dict[str, str]) -> None:
    """Whether a page shows what was typed into it."""
    if "f0_domain" in typed:
        held = fields(page)
        assert {name: held.get(name) for name in typed} == typed
    else:
        assert [value for value in typed.values() if value not in page] == []
    assert "not saved yet" in page


@pytest.mark.parametrize(("form", "query", "typed"), FORMS, ids=[one[0] for one in FORMS])
def test_what_was_typed_survives_the_end_of_a_session(
    office: Office, number: int, form: str, query: str, typed: dict[str, str]
) -> None:
    name, browser = office.person(), office.server.browser()
    browser.sign_in(name)
    page = browser.get(f"/list/{number}/{form}{query}")
    office.let_lapse(name)
    door = browser.send(f"/list/{number}/{form}", typed, seen=page)
    assert "What you typed is not lost" in door.text
    assert not any(value in str(door.url) for value in typed.values() if len(value) > 3)
    back = browser.send(
        "/sign-in", {"name": name, "password": PASSWORD, "next": f"/list/{number}/{form}"}, seen=door.text
    )  # fmt: skip
    typed_stands(back.text, typed)
    assert visits(office, number) == []
    assert "not saved yet" not in browser.get(f"/list/{number}/{form}"), "it is given back once"
    assert NOTE not in office.server.log.read_text()


def test_somebody_else_who_signs_in_there_is_shown_nothing_of_it(office: Office, number: int) -> None:
    name, browser = office.person(), office.server.browser()
    browser.sign_in(name)
    page = browser.get(f"/list/{number}/overrule")
    office.let_lapse(name)
    door = browser.send(f"/list/{number}/overrule", {"note": NOTE, "wanted": "soon"}, seen=page).text
    path = f"/list/{number}/overrule"
    other = browser.send("/sign-in", {"name": office.person(), "password": PASSWORD, "next": path}, seen=door).text
    assert "<h1" in other
    assert NOTE not in other
    assert NOTE not in browser.get(path)
    elsewhere = office.server.browser()
    elsewhere.sign_in(name)
    assert NOTE not in elsewhere.get(path), "the key is with the browser that it was typed in"


@pytest.mark.parametrize(("form", "query", "typed"), FORMS, ids=[one[0] for one in FORMS])
def test_a_form_of_an_earlier_session_is_shown_again_to_its_person(
    office: Office, number: int, form: str, query: str, typed: dict[str, str]
) -> None:
    name, browser = office.person(), office.server.browser()
    browser.sign_in(name)
    page = browser.get(f"/list/{number}/{form}{query}")
    browser.client.cookies.clear()
    browser.sign_in(name)
    answer = sent_late(browser, f"/list/{number}/{form}", typed, page)
    assert answer.status_code == 409
    typed_stands(answer.text, typed)
    assert visits(office, number) == []
    browser.client.cookies.clear()
    browser.sign_in(office.person())
    answer = sent_late(browser, f"/list/{number}/{form}", typed, page)
    assert answer.status_code == 403, "it is not this person's"
    assert typed.get("note", "nothing of it") not in answer.text


def sent_late(browser: Browser, path: str, typed: dict[str, str], page: str) -> httpx.Response:
    """Send a form as browsers do, saying which page it comes from."""
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token
    own = str(browser.client.base_url).rstrip("/")
    return browser.client.post(path, data={"token": token[1], **typed}, headers={"Origin": own})


@pytest.mark.parametrize("lacking", ["cookie", "token", "origin", "ended by hand"])
def test_a_form_whose_person_cannot_be_known_is_not_kept(office: Office, number: int, lacking: str) -> None:
    name, browser = office.person(), office.server.browser()
    browser.sign_in(name)
    page, path = browser.get(f"/list/{number}/overrule"), f"/list/{number}/overrule"
    office.let_lapse(name)
    headers = {"Origin": "https://elsewhere.example"} if lacking == "origin" else {}
    if lacking == "cookie":
        browser.client.cookies.clear()
    if lacking == "ended by hand":
        with office.database.writing() as session:
            session.execute(update(SignedIn).values(ended_at=datetime.now(UTC)))
    token = re.search(r'name="token" value="(\w+)"', page)
    assert token
    sent = {"token": "0_1" if lacking == "token" else token[1], "note": NOTE, "wanted": "soon"}
    assert browser.client.post(path, data=sent, headers=headers).status_code == 403
    browser.sign_in(name)
    assert NOTE not in browser.get(path)


def test_a_visit_that_another_list_has_is_shown_and_added_to_or_recorded_apart(office: Office, number: int) -> None:
    browser = office.inside()
    save(browser, number, {**SEEN, **NEED})
    today = settings().day_of(datetime.now(UTC))
    other = sheet(place(1), list_id=uuid.uuid4().hex, period_from=today, period_to=today, as_of=today)
    loaded(office.database, other)
    with office.database.reading() as session:
        second = max(session.scalars(select(ListItem.id).where(ListItem.household_id == HOME)))
    blank = browser.get(visit_path(second))
    assert "Recorded on another list" in blank
    assert "1 child seen, 1 finding" in blank
    mine = {"met": "yes", f"seen:{ELDER}": "yes", f"whole:{ELDER}": "1", f"seen:{YOUNGER}": "yes", "next": "2099-01-01"}
    asked = save(browser, second, mine, status=409, seen=blank)
    assert "is recorded already, on another list" in asked
    held = fields(asked)
    assert (held["f0_domain"], held["next"], held[f"seen:{YOUNGER}"]) == ("living", "2099-01-01", "yes")
    assert [one.id for one in visits(office, second)] == []
    assert "Saved" in save(browser, second, {}, seen=asked)
    assert visits(office, second) == [], "it stays where it was recorded"
    assert [str(one.next_on) for one in visits(office, number)] == ["2099-01-01"]
    assert 'value="2099-01-01"' in browser.get(visit_path(second))
    loaded(office.database, replace(other, list_id=uuid.uuid4().hex))
    asked = save(browser, second + 1, mine, status=409)
    apart = re.search(r'<form method="post"[^>]*>(.*?)<button class="plain" name="second"', asked, re.DOTALL)
    assert apart
    hidden = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', apart[1])
    }
    hidden.pop("token")
    browser.send(visit_path(second + 1), {**hidden, "second": "1"}, seen=asked)
    assert len(visits(office, second + 1)) == 1
