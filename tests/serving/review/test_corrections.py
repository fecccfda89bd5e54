"""Corrections: a new row of the ledger that keeps all else, waiting where the policy says so, never an edit."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from features.definition import load_definition
from features.known import known_rows, latest_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from serving.review.access.viewer import NotAllowedError, NotFoundError, Viewer
from serving.review.cases.records import records
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Correction, CorrectionState
from serving.review.store.lists import ListItem
from serving.review.store.trail import AccessEntry, OutboxRow
from serving.review.work.correctable import correctable, held_facts
from serving.review.work.correction_answers import answer, corrections_of, decline
from serving.review.work.corrections import Asked, CorrectionFaultError, correct, find_correction, waiting_facts
from tests.serving.review.families import ELDEST, FIRST, MIDDLE
from tests.serving.review.making import COUNTY, FAR_VILLAGE, NOW, VILLAGE, account, item_id, loaded, place, sheet

TODAY = date(2018, 7, 5)
FAULTS = {
    ("", "distance_school_km", "2.5", "many", "2018-05-01"): "value",
    ("", "distance_school_km", "2.5", "500", "2018-05-01"): "value",
    ("", "dwelling", "poor", "marble", "2018-05-01"): "value",
    ("", "dwelling", "poor", "poor", "2018-05-01"): "value",
    ("", "dwelling", "poor", None, "2018-05-01"): "value",
    ("", "dwelling", "poor", "sound", "2018-07-06"): "since",
    ("", "dwelling", "poor", "sound", "1970-01-01"): "since",
    ("", "dwelling", "poor", "sound", "yesterday"): "since",
    ("", "dwelling", "sound", "dangerous", "2018-05-01"): "",
    (ELDEST, "birth_date", "2005-07-06", "", "2018-05-01"): "value",
    (ELDEST, "birth_date", "2005-07-06", "2019-01-01", "2018-05-01"): "value",
}


@pytest.fixture
def desk(database: Database, home: Path, tmp_path: Path) -> Desk:
    """The database with a list, and a ledger of its own."""
    shutil.copytree(home / "ledger", tmp_path / "ledger")
    loaded(database, sheet(place(1), place(2), place(7, FAR_VILLAGE)))
    return Desk(database, folders=Folders(home, tmp_path / "ledger"))


@pytest.fixture
def worker(desk: Desk) -> Viewer:
    with desk.database.writing() as session:
        return account(session)


@pytest.fixture
def boss(desk: Desk) -> Viewer:
    with desk.database.writing() as session:
        return account(session, Role.SUPERVISOR)


def ask(desk: Desk, child: str, column: str, seen: str, sent: str | None, since: str = "2018-05-01") -> Asked:
    with desk.database.reading() as session:
        return Asked(item_id(session, 1), child, column, seen, sent, since)


def made(desk: Desk, viewer: Viewer, asked: Asked, days: int = 0) -> int:
    with desk.database.writing() as session:
        return correct(session, desk, viewer, asked, NOW + timedelta(days=days)).id


def standing(desk: Desk, table: str, key: str, number: str, day: date = TODAY) -> dict[str, object]:
    """What the ledger says on a day, once everything was exported."""
    ledger = desk.folders.ledger
    assert ledger is not None
    report = export_outbox(desk.database, ledger, load_definition(), NOW)
    assert report.refused == {}
    rows = LedgerStore.open(ledger).read(COUNTY).tables[table]
    last: pl.DataFrame = latest_rows(known_rows(rows, day), [key]).to_native()
    return last.filter(pl.col(key) == number).to_dicts()[0]


def test_a_correction_is_a_new_row_that_keeps_everything_else(desk: Desk, worker: Viewer) -> None:
    before = standing(desk, "households", "household_id", FIRST)
    number = made(desk, worker, ask(desk, "", "distance_school_km", "2.5", "4.5"))
    after = standing(desk, "households", "household_id", FIRST)
    assert after["distance_school_km"] == 4.5
    assert (after["recorded_on"], after["source"], after["valid_from"]) == (TODAY, "review", date(2018, 5, 1))
    own = {"distance_school_km", "row_id", "recorded_on", "source"}
    assert {name: value for name, value in after.items() if name not in own} == {
        name: value for name, value in before.items() if name not in own
    }
    # What was written before is still there, and is what was known before today.
    assert standing(desk, "households", "household_id", FIRST, date(2018, 7, 4)) == before
    with desk.database.reading() as session:
        kept = session.get_one(Correction, number)
        assert (kept.state, kept.value_was, kept.value_is) == (CorrectionState.TAKEN, "2.5", "4.5")
        noted = session.scalars(select(AccessEntry).where(AccessEntry.purpose == "correction")).all()
        assert {one.action for one in noted} == {"write"}


def test_a_fact_that_was_wrong_all_along_is_right_in_later_states_too(desk: Desk, worker: Viewer) -> None:
    made(desk, worker, ask(desk, ELDEST, "boarding", "", "true", "2018-02-01"))
    for day, schooling in ((date(2018, 3, 1), "primary"), (date(2018, 7, 5), "junior")):
        ledger = desk.folders.ledger
        assert ledger is not None
        standing(desk, "children", "child_id", ELDEST)
        rows = LedgerStore.open(ledger).read(COUNTY).tables["children"].filter(pl.col("child_id") == ELDEST)
        told = known_rows(rows, TODAY).to_native().filter(pl.col("valid_from") <= day)
        last = latest_rows(told, ["child_id"]).to_native().to_dicts()[0]
        assert (last["boarding"], last["schooling"]) == (True, schooling)


def test_twice_in_a_day_the_last_stands_and_neither_loses_the_other(desk: Desk, worker: Viewer) -> None:
    made(desk, worker, ask(desk, "", "water", "", "well"))
    made(desk, worker, ask(desk, "", "dwelling", "poor", "dangerous"))
    made(desk, worker, ask(desk, "", "dwelling", "dangerous", "sound"))
    after = standing(desk, "households", "household_id", FIRST)
    assert (after["water"], after["dwelling"], after["dibao"]) == ("well", "sound", True)


def test_a_row_of_the_same_day_from_elsewhere_is_taken_back(desk: Desk, worker: Viewer, tmp_path: Path) -> None:
    source = tmp_path / "sent" / COUNTY
    source.mkdir(parents=True)
    row = {
        "row_id": "today", "household_id": FIRST, "region_code": VILLAGE, "dwelling": "poor", "water": "tap",
        "valid_from": "2018-07-05", "recorded_on": "2018-07-05", "source": "form", "definition_version": "2016.1",
    }  # fmt: skip
    pl.DataFrame([row]).write_csv(source / "households.csv")
    assert desk.folders.ledger is not None
    assert import_folder(source.parent, desk.folders.ledger, load_definition(), workers=1).faults.is_empty()
    made(desk, worker, ask(desk, "", "water", "tap", "well", "2018-07-05"))
    assert standing(desk, "households", "household_id", FIRST)["water"] == "well"


def test_not_known_and_sets(desk: Desk, worker: Viewer) -> None:
    made(desk, worker, ask(desk, "", "distance_school_km", "2.5", ""))
    made(desk, worker, ask(desk, "", "aid_received", ";dibao;medical;", ";"))
    after = standing(desk, "households", "household_id", FIRST)
    assert (after["distance_school_km"], after["aid_received"]) == (None, ";")


@pytest.mark.parametrize(("form", "field"), FAULTS.items())
def test_what_cannot_be_is_said_beside_its_field(
    desk: Desk, worker: Viewer, form: tuple[str, str, str, str | None, str], field: str
) -> None:
    with pytest.raises(CorrectionFaultError) as refused:
        made(desk, worker, ask(desk, *form))
    assert list(refused.value.faults) == [field]
    said = refused.value.faults[field]
    assert said.zh
    assert said.en
    with desk.database.reading() as session:
        assert session.scalars(select(Correction)).all() == []
        assert session.scalars(select(OutboxRow)).all() == []


@pytest.mark.parametrize(
    ("child", "column"),
    [("", "region_code"), ("", "household_id"), (ELDEST, "official_level"), (ELDEST, "model_refused_on"),
     ("C999", "health"), ("", "nothing"), (ELDEST, "dwelling"), (ELDEST, "official_level_by")],
)  # fmt: skip
def test_what_a_person_may_not_correct_is_not_there(desk: Desk, worker: Viewer, child: str, column: str) -> None:
    with pytest.raises(NotFoundError):
        made(desk, worker, ask(desk, child, column, "", "x"))


def test_outside_the_regions_there_is_nothing(desk: Desk, worker: Viewer) -> None:
    with desk.database.writing() as session:
        far, auditor = account(session, Role.CASEWORKER, FAR_VILLAGE), account(session, Role.AUDITOR)
    for viewer in (far, auditor):
        with pytest.raises(NotFoundError):
            made(desk, viewer, ask(desk, "", "dwelling", "poor", "sound"))
    number = made(desk, worker, ask(desk, ELDEST, "hukou_registered", "", "false"))
    with desk.database.reading() as session:
        assert corrections_of(session, far, NOW) == ([], [])
        assert waiting_facts(session, far, FIRST) == frozenset()
        item = session.get_one(ListItem, item_id(session, 1))
        assert find_correction(session, far, item, number) is None
        assert find_correction(session, worker, item, number) is not None


def test_without_a_ledger_it_is_said(database: Database, desk: Desk, worker: Viewer) -> None:
    with pytest.raises(CorrectionFaultError) as refused:
        made(Desk(database), worker, ask(desk, "", "dwelling", "poor", "sound"))
    assert list(refused.value.faults) == [""]


def test_what_bears_on_support_waits_and_is_taken(desk: Desk, worker: Viewer, boss: Viewer) -> None:
    number = made(desk, worker, ask(desk, ELDEST, "guardian_type", "grandparents", "relatives"))
    with desk.database.reading() as session:
        assert session.scalars(select(OutboxRow)).all() == []
        waiting, answered = corrections_of(session, worker, NOW)
        assert ([one.id for one in waiting], answered) == ([number], [])
        assert waiting_facts(session, worker, FIRST) == {(ELDEST, "guardian_type")}
    with pytest.raises(NotAllowedError), desk.database.writing() as session:
        answer(session, desk, worker, number, "grandparents", NOW)
    with pytest.raises(CorrectionFaultError), desk.database.writing() as session:
        answer(session, desk, boss, number, "friends", NOW)
    with desk.database.writing() as session:
        answer(session, desk, boss, number, "grandparents", NOW)
    after = standing(desk, "children", "child_id", ELDEST)
    assert (after["guardian_type"], after["schooling"], after["official_level"]) == ("relatives", "junior", "red")
    with desk.database.reading() as session:
        for viewer in (worker, boss):
            assert [one.state for one in corrections_of(session, viewer, NOW)[1]] == [CorrectionState.TAKEN]
    with pytest.raises(NotFoundError), desk.database.writing() as session:
        answer(session, desk, boss, number, "relatives", NOW)


def test_declined_with_a_reason_nothing_goes_to_the_ledger(desk: Desk, worker: Viewer, boss: Viewer) -> None:
    number = made(desk, worker, ask(desk, MIDDLE, "health", "disabled", "healthy"))
    for reason, remark in (("", ""), ("because", ""), ("not_so", "x" * 2001)):
        with pytest.raises(CorrectionFaultError), desk.database.writing() as session:
            decline(session, boss, number, reason, remark, NOW)
    with desk.database.writing() as session:
        decline(session, boss, number, "needs_paper", "bring it", NOW)
    with desk.database.reading() as session:
        (kept,) = corrections_of(session, worker, NOW)[1]
        assert (kept.state, kept.answer, kept.answer_note) == (CorrectionState.DECLINED, "needs_paper", "bring it")
        assert session.scalars(select(OutboxRow)).all() == []


def test_a_supervisor_s_own_needs_nobody_else(desk: Desk, boss: Viewer) -> None:
    made(desk, boss, ask(desk, ELDEST, "hukou_registered", "", "false"))
    assert standing(desk, "children", "child_id", ELDEST)["hukou_registered"] is False


def test_each_fact_says_since_when_it_stands_and_where_it_came_from(desk: Desk, worker: Viewer) -> None:
    made(desk, worker, ask(desk, "", "water", "", "well", "2018-06-01"))
    with desk.database.reading() as session:
        found = records(session, desk, worker, FIRST, VILLAGE, TODAY)
        assert found is not None
        house, eldest, *_ = map(correctable, held_facts(found, FIRST, VILLAGE))
    facts = {name: house.fact(name) for name in ("dwelling", "distance_school_km", "water")}
    told = {name: (one.since, one.source) for name, one in facts.items() if one is not None}
    assert told == {
        "dwelling": (date(2018, 5, 1), "form"), "distance_school_km": (date(2018, 5, 1), "form"),
        "water": (date(2018, 6, 1), "review"),
    }  # fmt: skip
    sex = eldest.fact("sex")
    assert sex is not None
    assert sex.since == date(2018, 1, 1)
    assert eldest.fact("official_level") is None
