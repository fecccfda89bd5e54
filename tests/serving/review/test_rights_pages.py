"""The pages of corrections, refusals and family sheets of a running server, as a family's visitor uses them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from serving.review.cases.vault_persons import store_persons
from serving.review.desk import Folders
from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Refusal
from serving.review.store.trail import AccessEntry
from tests.serving.review.families import ELDEST, MIDDLE, NAMES
from tests.serving.review.making import FAR_VILLAGE, NOW, VILLAGE, account, item_id, place, sheet
from tests.serving.review.server import Running, hosted


@pytest.fixture
def site(database: Database, database_url: str, home: Path, tmp_path: Path) -> Iterator[Running]:
    """A server with a ledger and names, whose scoring service does not run; scores too old to compare with."""
    shutil.copytree(home / "ledger", tmp_path / "ledger")
    shutil.copytree(home / "identities", tmp_path / "identities")
    whole = sheet(place(1, driver_child_id=ELDEST), place(2, rating_asked=True), place(7, FAR_VILLAGE))
    with database.writing() as session:
        load_sheet(session, whole, NOW)
        store_persons(session, Folders(tmp_path, tmp_path / "ledger"), whole.places, NOW)
        for role in (Role.CASEWORKER, Role.SUPERVISOR, Role.AUDITOR):
            account(session, role, name=role.value)
        account(session, Role.CASEWORKER, FAR_VILLAGE, name="far")
    with hosted(database_url, tmp_path, home=tmp_path, scores=home / "scores", scoring="http://127.0.0.1:9") as server:
        yield server


def at(database: Database, number: int = 1, region: str = VILLAGE) -> str:
    with database.reading() as session:
        return f"/list/{item_id(session, number, region)}"


def test_a_fact_is_corrected_and_answered(site: Running, database: Database) -> None:
    worker, boss, item = site.browser(), site.browser(), at(database)
    worker.sign_in("caseworker")
    boss.sign_in("supervisor")
    facts = worker.get(f"{item}/correct")
    assert NAMES[ELDEST] in facts
    links = re.findall(r'href="([^"]*column=[^"]*)"', facts)
    assert len(links) > 60
    for link in links[:36]:
        form = worker.get(link.replace("&amp;", "&"))
        assert "What is right" in form
    form = worker.get(f"{item}/correct?column=distance_school_km")
    fields = {"child": "", "column": "distance_school_km", "seen": "2.5"}
    for value, since, said in (("900", "2018-06-01", "200"), ("", "", "Choose one"), ("3", "", "Give a day")):
        answer = worker.send(f"{item}/correct", {**fields, "value": value, "since": since}, seen=form, status=400)
        assert "Not saved yet" in answer.text
        assert said in answer.text
        assert 'aria-invalid="true"' in answer.text
    both = {**fields, "value": "3", "unknown": "1", "since": "2018-06-01"}
    assert "Choose one" in worker.send(f"{item}/correct", both, seen=form, status=400).text
    meanwhile = {**fields, "seen": "9", "value": "3", "since": "2018-06-01"}
    assert "meanwhile" in worker.send(f"{item}/correct", meanwhile, seen=form, status=400).text
    kept = worker.send(f"{item}/correct", {**fields, "value": "3", "since": "2018-06-01"}, seen=form)
    assert "The scoring service is not running" in kept.text
    assert f'href="{item}/overrule"' in kept.text
    assert "It is taken" in kept.text
    several = {"child": "", "column": "aid_received", "seen": ";dibao;medical;", "since": "2018-06-01"}
    assert "none" in worker.send(f"{item}/correct", {**several, "none": "1"}, seen=form).text
    waits = {"child": ELDEST, "column": "guardian_type", "seen": "grandparents", "since": "2018-06-01"}
    asked = worker.send(f"{item}/correct", {**waits, "value": "friends"}, seen=form)
    assert "It waits for the supervisor" in asked.text
    unknown = {"child": MIDDLE, "column": "health", "seen": "disabled", "since": "2018-06-01", "value": "-"}
    worker.send(f"{item}/correct", unknown, seen=form)
    assert "correction waiting" in worker.get(f"{item}/correct")
    waiting = boss.get("/corrections")
    first, second = re.findall(r'name="correction" value="(\d+)"><input type="hidden" name="seen"', waiting)
    assert "Take it" not in worker.get("/corrections")
    worker.send("/corrections", {"correction": first, "do": "take", "seen": "grandparents"}, seen=form, status=403)
    boss.send("/corrections", {"correction": first, "do": "take", "seen": "friends"}, seen=waiting, status=400)
    taken = boss.send("/corrections", {"correction": first, "do": "take", "seen": "grandparents"}, seen=waiting)
    assert "Taken" in taken.text
    boss.send("/corrections", {"correction": second, "do": "decline"}, seen=waiting, status=400)
    boss.send("/corrections", {"correction": "x", "do": "decline"}, seen=waiting, status=404)
    why = {"correction": second, "do": "decline", "reason": "needs_paper", "remark": "bring it"}
    boss.send("/corrections", why, seen=waiting)
    outcome = worker.get("/corrections")
    assert "A certificate is needed" in outcome
    assert "bring it" in outcome
    assert "It was declined" in worker.get(f"{item}/correct?made={second}")
    worker.get(f"{item}/correct?made=999", 404)
    worker.get(f"{item}/correct?column=region_code", 404)


def test_refused_for_one_then_for_all_and_taken_back(site: Running, database: Database) -> None:
    worker, item = site.browser("zh"), at(database)
    worker.sign_in("caseworker")
    page = worker.get(f"{item}/refuse")
    worker.send(f"{item}/refuse", {}, seen=page, status=400)
    done = worker.send(f"{item}/refuse", {"child": ELDEST}, seen=page).text
    assert f'name="back" value="{ELDEST}"' in done
    worker.send(f"{item}/refuse", {"child": "all"}, seen=page)
    with database.reading() as session:
        assert len(session.scalars(select(Refusal)).all()) == 3
    told = worker.get(f"{item}/sheet?lang=en")
    assert "the score is refused since" in told
    assert "grandmother" not in told
    assert "the grandmother is past seventy" not in worker.get(item)
    back = worker.send(f"{item}/refuse", {"back": ELDEST}, seen=page).text
    assert f'value="{ELDEST}"' in back
    assert f'name="back" value="{ELDEST}"' not in back


def test_the_sheet_in_either_language_whatever_the_reader_s(site: Running, database: Database, tmp_path: Path) -> None:
    worker, item = site.browser("zh"), at(database)
    worker.sign_in("caseworker")
    for lang, words in (("zh", "给您家的说明"), ("en", "For your family")):
        for large in ("", "&large=1"):
            page = worker.get(f"{item}/sheet?lang={lang}{large}")
            assert words in page
            assert ('class="sheet large"' in page) == bool(large)
            assert NAMES[ELDEST] in page
            assert '<p class="fill">' in page
            assert len(page.encode()) < 100_000
    assert "给您家的说明" in worker.get(f"{item}/sheet?lang=fr")
    (tmp_path / "contacts.toml").write_text(
        f'[contacts."{VILLAGE[:6]}"]\nzh = "县民政局"\nen = "County office"\nphone = "0851-1"\n', encoding="utf-8"
    )
    assert "County office" in worker.get(f"{item}/sheet?lang=en")
    asked = worker.get(f"{at(database, 2)}/sheet")
    assert "祖母年满七十" not in asked
    assert f'href="{at(database, 2)}"' in asked
    with database.reading() as session:
        assert session.scalars(select(AccessEntry).where(AccessEntry.purpose == "sheet")).all()


def test_others_and_other_roles_find_nothing(site: Running, database: Database) -> None:
    item = at(database)
    for name, status in (("far", 404), ("auditor", 403)):
        browser = site.browser()
        page = browser.sign_in(name).text
        for address in ("correct", "refuse", "sheet"):
            browser.get(f"{item}/{address}", status)
        token = page if 'name="token"' in page else browser.get("/me")
        browser.send(f"{item}/correct", {"column": "dwelling"}, seen=token, status=status)
        browser.send(f"{item}/refuse", {"child": ELDEST}, seen=token, status=status)


def test_where_the_ledger_cannot_be_read_it_is_said(database: Database, database_url: str, tmp_path: Path) -> None:
    with database.writing() as session:
        load_sheet(session, sheet(place(1)), NOW)
        account(session, name="caseworker")
    item = at(database)
    with hosted(database_url, tmp_path, home=tmp_path) as server:
        worker = server.browser()
        worker.sign_in("caseworker")
        for address in ("correct", "refuse", "sheet"):
            assert "cannot be read on this machine" in worker.get(f"{item}/{address}")
        token = worker.get("/me")
        assert "cannot be read" in worker.send(f"{item}/correct", {"column": "dwelling"}, seen=token).text
        worker.send(f"{item}/refuse", {"child": "C001"}, seen=token, status=400)
        assert "No correction is waiting" in worker.get("/corrections")
