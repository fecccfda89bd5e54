"""What a page tells of a household, in words: children, needs, support, what happened."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from features.definition import Language, load_definition
from features.definition.structure import CHILDREN, HOUSEHOLDS, REFUSED_ON
from serving.review.access.viewer import Viewer
from serving.review.cases.children import Fact, Lacking, Level
from serving.review.cases.dossier import Dossier, dossier
from serving.review.cases.layout import Layout, layout_of
from serving.review.cases.timeline import Event
from serving.review.cases.values import age_text, value_text
from serving.review.cases.vault_persons import store_persons
from serving.review.desk import Desk, Folders
from serving.review.exchange.facts import Fact as LedgerFact
from serving.review.exchange.facts import Value, queue_fact
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Refusal
from serving.review.store.lists import ListItem, Stratum
from serving.review.words import Words
from tests.serving.review.families import ELDEST, FIRST, GONE, LONE, MIDDLE, NAMES, SECOND, YOUNGEST, make_scores
from tests.serving.review.making import COUNTY, NEXT_VILLAGE, NOW, VILLAGE, account, loaded, place, sheet

TODAY = date(2018, 7, 5)


@pytest.fixture
def desk(database: Database, home: Path) -> Desk:
    folders = Folders(home, home / "ledger", home / "scores")
    loaded(database, sheet(place(1), place(2)), sheet(place(1, listed=False), list_id="next"))
    with database.writing() as session:
        store_persons(session, folders, [place(1), place(2)], NOW)
    return Desk(database, folders=folders)


@pytest.fixture
def worker(database: Database) -> Viewer:
    with database.writing() as session:
        return account(session)


def tell(desk: Desk, viewer: Viewer, household: str = FIRST, language: Language = "en") -> Dossier:
    with desk.database.reading() as session:
        told = dossier(session, desk, viewer, household, VILLAGE, language, NOW)
    assert told is not None
    return told


def facts(told: Dossier, child_id: str) -> dict[str, Fact]:
    child = told.child(child_id)
    assert child is not None
    return {fact.label: fact for group in child.groups for fact in group.facts}


def test_each_child_has_its_own_state(desk: Desk, worker: Viewer) -> None:
    told = tell(desk, worker)
    assert [(child.called, child.age) for child in told.children] == [
        (NAMES[ELDEST], "12 years"),
        (NAMES[MIDDLE], "10 years"),
        (NAMES[YOUNGEST], "under 1 year"),
    ]
    eldest, middle, youngest = told.children
    assert eldest.brief[0] == "schooling: junior secondary"
    assert eldest.level == Level("red", "red", date(2018, 6, 9), "W9")
    assert youngest.level is None
    assert facts(told, ELDEST)["schooling"] == Fact("schooling", "junior secondary", date(2018, 6, 10))
    assert facts(told, ELDEST)["father"] == Fact("father", "away in another province")
    assert [group.heading for group in eldest.groups] == ["Who cares for the child", "School", "Health", "On record"]
    assert "kind of disability" in middle.not_known, "asked of the disabled"
    assert "kind of disability" not in eldest.not_known
    assert "schooling" in middle.not_known
    assert (told.gone, told.newest) == (((NAMES[GONE], "moved away"),), date(2018, 6, 25))


def test_the_home_and_what_is_not_known_of_it(desk: Desk, worker: Viewer) -> None:
    told = tell(desk, worker)
    said = {fact.label: (fact.value, fact.changed_on) for group in told.home for fact in group.facts}
    assert said["dwelling"] == ("poor", date(2018, 5, 1))
    assert said["aid received"] == ("dibao, medical aid", None)
    assert said["receives dibao"] == ("yes", None), "that nothing was known before is no change"
    assert said["distance to school (km)"] == ("2.5", None)
    assert "water" in told.home_not_known
    bare = tell(desk, worker, SECOND)
    assert bare.home == ()
    lone = bare.child(LONE)
    assert lone is not None
    assert (lone.called, lone.brief, lone.level, lone.lacking) == (f"child {LONE}", (), None, ())
    assert len(lone.not_known) > 8


def test_support_that_is_lacking_what_is_not_covered_first(desk: Desk, worker: Viewer) -> None:
    told = tell(desk, worker)
    assert told.lacking
    assert told.children[0].lacking == (
        Lacking("education", "eligible but not covered", partly=False),
        Lacking("medical care", "partly covered", partly=True),
    )
    assert not tell(desk, worker, SECOND).lacking


def test_open_findings_by_the_day_they_are_due(desk: Desk, worker: Viewer) -> None:
    found = tell(desk, worker).open_findings
    assert [(one.domain, one.severity, one.who, one.due_on, one.overdue_days) for one in found] == [
        ("basic living", "severe", "the household", date(2018, 6, 30), 5),
        ("medical care", "moderate", NAMES[ELDEST], date(2018, 7, 20), 0),
        ("education", "moderate", NAMES[ELDEST], None, 0),
    ]
    assert found[1].action == "联系卫生院"


def test_what_happened_the_newest_first(desk: Desk, worker: Viewer) -> None:
    events = tell(desk, worker).timeline
    assert [event.on for event in events] == sorted((event.on for event in events), reverse=True)
    assert Event(date(2018, 4, 2), "visit", f"routine; seen: {NAMES[ELDEST]}") in events
    assert Event(date(2018, 5, 7), "attempt", "after a report") in events
    assert Event(date(2018, 5, 1), "settled", f"{NAMES[ELDEST]}: guardianship, moderate") in events
    assert Event(date(2018, 4, 2), "found", "the household: basic living, severe") in events
    assert Event(date(2018, 6, 9), "level", f"{NAMES[ELDEST]}: red") in events
    assert Event(date(2018, 3, 31), "listed", "on a visit list") in events
    here = Event(date(2018, 7, 1), "listed", "on the list of 1 Jul 2018 to 31 Jul 2018: To visit")
    assert [event for event in events if event.on.month == 7] == [here], "those next in order were on no list"
    assert [event.kind for event in tell(desk, worker, SECOND).timeline] == ["listed"]


def test_a_list_held_here_is_told_once(desk: Desk, worker: Viewer, database: Database) -> None:
    line: dict[str, Value] = {"household_id": FIRST, "as_of": date(2018, 6, 30), "stratum": "score", "frame_size": 9,
            "inclusion_probability": 1.0, "drawn": True}  # fmt: skip
    key = {"list_id": "L2018-07", "household_id": FIRST}
    before = tell(desk, worker).timeline
    with database.writing() as session:
        queue_fact(session, LedgerFact("assignments", VILLAGE, key, line, date(2018, 6, 30)), NOW)
    assert tell(desk, worker).timeline == before


def test_what_the_scores_say_of_each_child(desk: Desk, worker: Viewer) -> None:
    told = tell(desk, worker)
    cases = {child.child_id: child.case for child in told.children}
    eldest = cases[ELDEST]
    assert told.scored_on == date(2018, 6, 30)
    assert eldest is not None
    assert (eldest.band, [one.en for one in eldest.raising]) == ("go_first", ["the child is 12 years old"])
    refused = cases[MIDDLE]
    assert refused is not None
    assert refused.no_score is not None


def test_nothing_of_the_model_for_a_child_whose_guardian_refuses_it(
    desk: Desk, worker: Viewer, database: Database
) -> None:
    with database.writing() as session:
        session.add(
            Refusal(account_id=worker.account_id, household_id=FIRST, child_id=ELDEST, region_code=VILLAGE,
                    refused_on=TODAY, made_at=NOW)
        )  # fmt: skip
        row: dict[str, Value] = {
            "household_id": FIRST,
            "birth_date": date(2018, 1, 20),
            "file_status": "active",
            REFUSED_ON: TODAY,
        }
        queue_fact(session, LedgerFact(CHILDREN, VILLAGE, {"child_id": YOUNGEST}, row, TODAY), NOW)
    told = tell(desk, worker)
    refusals = {child.child_id: (child.refused_on, child.case is None) for child in told.children}
    assert refusals[ELDEST] == refusals[YOUNGEST] == (TODAY, True)
    assert refusals[MIDDLE] == (None, False)


@pytest.mark.parametrize("what", ["missing", "no manifest", "another definition", "damaged", "another county"])
def test_scores_that_cannot_be_used_are_as_none(
    desk: Desk, worker: Viewer, tmp_path: Path, what: str, home: Path
) -> None:
    scores = tmp_path / "scores"
    if what != "missing":
        shutil.copytree(home / "scores", scores)
    manifest = scores / "manifest.json"
    if what == "no manifest":
        manifest.unlink()
    elif what == "another definition":
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(load_definition().hash, "0" * 64), encoding="utf-8")
    elif what == "damaged":
        (scores / f"{COUNTY}.parquet").write_bytes(b"no more")
    elif what == "another county":
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(f'"{COUNTY}"', '"520999"'), encoding="utf-8")
    told = tell(replace(desk, folders=replace(desk.folders, scores=scores)), worker)
    assert (told.scored_on, {child.case for child in told.children}) == (None, {None})


def test_new_scores_are_read_at_once(desk: Desk, worker: Viewer, tmp_path: Path) -> None:
    own = replace(desk, folders=replace(desk.folders, scores=tmp_path / "scores"))
    assert tell(own, worker).scored_on is None
    make_scores(tmp_path / "scores")
    assert tell(own, worker).scored_on == date(2018, 6, 30)
    make_scores(tmp_path / "scores", date(2018, 7, 31))
    assert tell(own, worker).scored_on == date(2018, 7, 31)


def test_nothing_of_a_household_elsewhere(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        other = account(session, Role.CASEWORKER, NEXT_VILLAGE)
    with database.reading() as session:
        assert dossier(session, desk, other, FIRST, VILLAGE, "zh", NOW) is None


def test_lists_of_other_regions_are_not_told(desk: Desk, worker: Viewer, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(ListItem).values(region_code=NEXT_VILLAGE, stratum=Stratum.RANDOM))
    assert not [event for event in tell(desk, worker).timeline if event.on == date(2018, 7, 1)]


def test_the_shipped_layout_knows_its_columns_and_leaves_none_out() -> None:
    definition, layout = load_definition(), layout_of("left_behind")
    columns = {name for table in definition.tables.values() for name in table.columns}
    named = {name for group in layout.groups for name in group.columns} | {*layout.brief.columns, *layout.asked_if}
    named |= {*layout.support.columns.values(), layout.level.column, layout.level.on, layout.level.by}
    assert named <= columns
    parts = [*layout.grouped(definition, HOUSEHOLDS), *layout.grouped(definition, CHILDREN)]
    assert [names for group, names in parts if group is None] == []
    assert set(layout.support.columns) == set(definition.domains)


def test_a_definition_without_layout_is_shown_all_the_same(tmp_path: Path) -> None:
    definition, plain = load_definition(), layout_of(str(tmp_path))
    assert plain == Layout()
    ((group, names),) = plain.grouped(definition, CHILDREN)
    assert group is None
    assert "birth_date" in names
    assert not {"child_id", "household_id", "file_status", "model_refused_on"} & set(names)


def test_values_in_words() -> None:
    definition, zh, en = load_definition(), Words("zh"), Words("en")
    columns = {**definition.tables[CHILDREN].columns, **definition.tables[HOUSEHOLDS].columns}
    said = {
        ("boarding", False): "no", ("birth_date", date(2010, 2, 28)): "28 Feb 2010",
        ("schooling", "primary"): "primary", ("schooling", "unheard_of"): "unheard_of", ("aid_received", ";"): "none",
        ("distance_school_km", 2.0): "2", ("guardian_birth_year", 1950): "1950", ("official_level_by", "W1"): "W1",
    }  # fmt: skip
    assert {key: value_text(key[1], columns[key[0]], definition, en) for key in said} == said
    assert value_text(";dibao;other;", columns["aid_received"], definition, zh) == "低保、其他救助"
    assert age_text(date(2010, 7, 6), TODAY, zh) == "7岁"
    assert age_text(date(2010, 7, 5), TODAY, zh) == "8岁"
    assert age_text(None, TODAY, zh) == age_text(date(2019, 1, 1), TODAY, zh) == ""
