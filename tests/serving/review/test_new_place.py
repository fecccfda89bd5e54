"""A corrected fact and a refusal, through a scoring service, scores and lists that really run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.policy.lists.period import Period
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from serving.lists.run import ListRequest, make_lists
from serving.review.access.viewer import Viewer
from serving.review.cases.records import records
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.exchange.from_list import sheet_of
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Correction
from serving.review.store.lists import ListItem
from serving.review.work.ask_scoring import Corrected, request_of
from serving.review.work.corrections import Asked, as_text, correct, hypothetical
from serving.review.work.new_place import NewPlace, new_place
from serving.review.work.refusals import refuse
from tests.serving.conftest import AS_OF
from tests.serving.review.making import account, loaded, place, sheet
from tests.serving.service.conftest import Server, copied_home, start

NOW = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 3, tzinfo=UTC) + timedelta(days=5)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def server(released_home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A scoring service with a release."""
    running = start(copied_home(released_home, tmp_path_factory.mktemp("scoring")), scores=scored.folder)
    running.wait_for("/readyz", 200)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def rows(scored: ScoreFolder) -> pl.DataFrame:
    """The children that give the households of a county their places, without duties, the highest score first."""
    found = scored.read(scored.counties()[0]).filter(pl.col("household_driver") & ~pl.col("duty"))
    return found.filter(pl.col("score").is_not_null()).sort("score", descending=True)


@pytest.fixture
def desk(database: Database, server: Server, ledger: Path, scored: ScoreFolder, rows: pl.DataFrame) -> Desk:
    """A list of ten of them, and everything that can be at hand."""
    places = [
        place(
            turn, row["region_code"], household_id=row["household_id"], driver_child_id=row["child_id"],
            band=row["band"],
        )
        for turn, row in enumerate(rows[::-1].gather_every(max(1, rows.height // 10)).to_dicts()[:10], start=1)
    ]  # fmt: skip
    loaded(database, sheet(*places, region=rows["region_code"][0][:6], as_of=AS_OF))
    return Desk(database, folders=Folders(server.home, ledger, scored.folder), scoring=server.url)


@pytest.fixture
def boss(desk: Desk, rows: pl.DataFrame) -> Viewer:
    with desk.database.writing() as session:
        return account(session, Role.SUPERVISOR, rows["region_code"][0][:6])


def corrected(
    desk: Desk, viewer: Viewer, child: str, column: str, sent: str, since: date = AS_OF - timedelta(days=60)
) -> int:
    """Correct a fact of the household at place 1, the least urgent of the list."""
    with desk.database.writing() as session:
        item = session.query(ListItem).filter_by(place=1).one()
        found = records(session, desk, viewer, item.household_id, item.region_code, TODAY)
        assert found is not None
        child = item.driver_child_id if child else ""
        seen = as_text((found.children[child] if child else found.home).get(column)) or ""
        asked = Asked(item.id, child, column, seen, sent, since.isoformat())
        return correct(session, desk, viewer, asked, NOW).id


def placed(desk: Desk, viewer: Viewer, number: int) -> NewPlace:
    with desk.database.reading() as session:
        item = session.query(ListItem).filter_by(place=1).one()
        kept = session.get_one(Correction, number)
        return new_place(session, desk, viewer, item, kept, language="en", now=NOW)


@pytest.mark.slow
def test_a_corrected_fact_changes_the_place(desk: Desk, boss: Viewer, scored: ScoreFolder) -> None:
    told = placed(desk, boss, corrected(desk, boss, "driver", "guardian_type", "none"))
    assert (told.missing, told.as_of, told.moved) == ("", AS_OF, True)
    assert told.was is not None
    assert told.now is not None
    assert told.now.duty == "no guardian"
    assert (told.was.duty, told.was.on_list) == ("", 10)
    assert told.was.band is not None
    assert told.now.band is None
    assert told.now.on_list == 1
    assert told.now.village is not None
    assert told.was.village is not None
    assert told.now.village < told.was.village
    # The place before is the one the county's scores have.
    own = scored.read(scored.counties()[0])
    with desk.database.reading() as session:
        household = session.query(ListItem).filter_by(place=1).one().household_id
    assert told.was.county == own.filter(pl.col("household_id") == household)["rank_county"][0]


@pytest.mark.slow
def test_a_corrected_fact_changes_the_score_alone(desk: Desk, boss: Viewer) -> None:
    moved = []
    for column, sent in (("distance_school_km", "40"), ("dwelling", "dangerous"), ("water", "open"), ("dibao", "true")):
        with desk.database.reading() as session:
            item = session.query(ListItem).filter_by(place=1).one()
            found = records(session, desk, boss, item.household_id, item.region_code, TODAY)
            assert found is not None
            if as_text(found.home.get(column)) == sent:
                continue
        told = placed(desk, boss, corrected(desk, boss, "", column, sent))
        assert told.now is not None
        assert told.now.duty == ""
        moved.append(told.moved)
    assert any(moved)


@pytest.mark.slow
def test_nothing_personal_is_sent(desk: Desk, boss: Viewer) -> None:
    number = corrected(desk, boss, "driver", "boarding", "")
    with desk.database.reading() as session:
        item = session.query(ListItem).filter_by(place=1).one()
        found = records(session, desk, boss, item.household_id, item.region_code, TODAY)
        assert found is not None
        subject, states = hypothetical(session.get_one(Correction, number), found)
        sent = request_of(found, item.region_code, AS_OF, Corrected(subject, states), "en")
    text = json.dumps(sent)
    assert {row["household_id"] for row in sent["households"]} == {item.household_id}
    for free in ("action", "visitor_id", "official_level_by", "assignments", "source"):
        assert f'"{free}"' not in text
    assert all(row["recorded_on"] <= str(AS_OF) for table in ("households", "children") for row in sent[table])


@pytest.mark.slow
def test_what_cannot_be_said_is_said(desk: Desk, boss: Viewer, tmp_path: Path) -> None:
    number = corrected(desk, boss, "", "dwelling", "")
    folders = desk.folders
    assert folders.home is not None
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "service-key.txt").write_text("not the key\n")
    without = {
        "no_service": [
            Desk(desk.database, folders=folders),
            Desk(desk.database, folders=folders, scoring="http://127.0.0.1:9"),
            Desk(desk.database, folders=Folders(tmp_path, folders.ledger, folders.scores), scoring=desk.scoring),
            Desk(desk.database, folders=Folders(None, folders.ledger, folders.scores), scoring=desk.scoring),
            Desk(
                desk.database, folders=Folders(tmp_path / "other", folders.ledger, folders.scores), scoring=desk.scoring
            ),
        ],
        "no_facts": [Desk(desk.database, scoring=desk.scoring)],
    }
    for missing, desks in without.items():
        for one in desks:
            told = placed(one, boss, number)
            assert (told.missing, told.now) == (missing, None)
    later = corrected(desk, boss, "", "dwelling", "dangerous", TODAY)
    assert placed(desk, boss, later).missing == "later"
    no_scores = placed(
        Desk(desk.database, folders=Folders(folders.home, folders.ledger), scoring=desk.scoring), boss, later
    )
    assert no_scores.was is None
    assert no_scores.now is not None
    assert (no_scores.now.village, no_scores.moved) == (None, True)
    elsewhere = Folders(folders.home, folders.ledger, tmp_path / "none")
    assert placed(Desk(desk.database, folders=elsewhere, scoring=desk.scoring), boss, later).was is None


@pytest.mark.slow
def test_a_service_without_a_release_says_so(desk: Desk, boss: Viewer, tmp_path: Path) -> None:
    number = corrected(desk, boss, "", "dwelling", "")
    empty = tmp_path / "empty"
    empty.mkdir()
    running = start(empty)
    try:
        folders = Folders(empty, desk.folders.ledger, desk.folders.scores)
        assert placed(Desk(desk.database, folders=folders, scoring=running.url), boss, number).missing == "no_model"
    finally:
        assert running.stop() == 0


@pytest.mark.slow
def test_a_refused_child_is_ordered_by_duty_alone(
    database: Database, released_home: Path, ledger: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    """From the page's refusal through export, scores and list: nothing of the model is left of the child."""
    mine, county = tmp_path / "ledger", scored.counties()[0]
    shutil.copytree(ledger, mine)
    home = copied_home(released_home, tmp_path / "home")
    day = AS_OF.replace(day=1) + timedelta(days=32)
    period = Period.parse(f"{day:%Y-%m}")
    alone = scored.read(county).filter(
        (pl.len().over("household_id") == 1) & ~pl.col("duty") & pl.col("score").is_not_null()
    )
    row = alone.sort("score", descending=True).to_dicts()[0]
    desk = Desk(database, folders=Folders(home, mine, scored.folder))
    loaded(
        database, sheet(place(1, row["region_code"], household_id=row["household_id"], driver_child_id=row["child_id"]))
    )
    with database.writing() as session:
        worker = account(session, Role.CASEWORKER, row["region_code"])
        item = session.query(ListItem).one()
        refuse(session, desk, worker, item.id, [row["child_id"]], NOW)
    assert export_outbox(database, mine, load_definition(), NOW).refused == {}
    out = tmp_path / "scores"
    score_region(ScoreRequest(mine, county, TODAY, out, home, workers=1))
    again = ScoreFolder.open(out).read(county).filter(pl.col("child_id") == row["child_id"]).to_dicts()[0]
    assert (again["status"], again["score"], again["band"], again["reasons_up"]) == ("refused", None, None, None)
    made = make_lists(ListRequest(mine, county, period, home, out))
    listed = pl.concat([one.rows.filter(pl.col("household_id") == row["household_id"]) for one in made])
    assert listed.filter(pl.col("stratum") == "score").is_empty()
    assert listed["band"].drop_nulls().is_empty()
    for one in made:
        for put in sheet_of(one, ScoreFolder.open(out)).places:
            assert put.household_id != row["household_id"] or (put.band is None and "up" not in put.shown)
    assert (
        LedgerStore.open(mine)
        .read(county)
        .tables["children"]
        .filter(pl.col("row_id").str.starts_with("review-"))
        .height
    )
