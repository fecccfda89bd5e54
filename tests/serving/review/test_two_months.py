"""From one month to the next through the ledger: who waits, who is finished, moved, deceased, refused or taken off."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.policy.lists.period import Period
from serving.lists.run import ListRequest, MadeList, make_lists
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk, Folders
from serving.review.exchange.export import export_outbox
from serving.review.exchange.from_list import sheet_of
from serving.review.exchange.load import load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Status, VisitList
from serving.review.work.changes import Change, change_status
from serving.review.work.pool_moves import Moving, move_place
from serving.review.work.refusals import refuse
from tests.builders import COUNTY, default_definition, make_tables, write_source
from tests.serving.review.making import account
from training.design.assignments import frame_rows

TOWN = f"{COUNTY}001"
JULY, AUGUST = Period.parse("2018-07"), Period.parse("2018-08")
MID_JULY = datetime(2018, 7, 12, 3, tzinfo=UTC)
HOMES = [f"h{number:02}" for number in range(15)]


def send(folder: Path, name: str, **rows: list[dict[str, Any]]) -> None:
    tables = {table: frame for table, frame in make_tables(**rows).items() if frame.height and table in rows}
    report = import_folder(write_source(tables, folder / name), folder / "ledger", default_definition(), workers=1)
    assert report.faults.is_empty(), report.faults


def child(home: str, **other: Any) -> dict[str, Any]:
    return {"child_id": f"c-{home}", "household_id": home, "official_level": "green"} | other


def made(folder: Path, period: Period) -> MadeList:
    (one,) = make_lists(ListRequest(folder / "ledger", TOWN, period, folder / "home", visits=12))
    return one


@pytest.fixture
def started(database: Database, tmp_path: Path) -> Viewer:
    """Fifteen households of two villages, all visited in June; July's list is loaded."""
    send(
        tmp_path, "sent",
        households=[{"household_id": home, "region_code": f"{TOWN}00{n % 2 + 1}"} for n, home in enumerate(HOMES)],
        children=[child(home) for home in HOMES],
        visits=[{"visit_id": f"v-{home}", "household_id": home, "visited_on": date(2018, 6, 1)} for home in HOMES],
    )  # fmt: skip
    with database.writing() as session:
        viewer = account(session, Role.SUPERVISOR, TOWN)
        load_sheet(session, sheet_of(made(tmp_path, JULY), None), MID_JULY)
    return viewer


def test_what_became_of_july_is_what_august_takes_over(database: Database, started: Viewer, tmp_path: Path) -> None:
    july = made(tmp_path, JULY)
    homes = july.listed["household_id"].to_list()
    done, attempt, left_home, unwilling, refused, deceased, gone, village, away, off, *left = homes
    desk = Desk(database, folders=Folders(tmp_path / "home", tmp_path / "ledger"))
    with database.writing() as session:
        items = {one.household_id: one for one in session.scalars(select(ListItem))}
        for home, reason in (
            (attempt, "nobody_home"),
            (left_home, "moved"),
            (unwilling, "refused_visit"),
            (done, None),
        ):
            one, status = items[home], Status.NOT_MET if reason else Status.DONE
            change_status(session, started, Change(one.id, one.version, status, date(2018, 7, 10), reason), MID_JULY)
        for home, reason in ((away, "away"), (off, "moved")):
            one = items[home]
            move_place(session, started, Moving(one.id, one.version, add=False, reason=reason), MID_JULY)
        refuse(session, desk, started, items[refused].id, [f"c-{refused}"], MID_JULY)
        villages = {home: one.region_code for home, one in items.items()}
    assert export_outbox(database, tmp_path / "ledger", load_definition(), MID_JULY).refused == {}
    other = f"{TOWN}00{3 - int(villages[village][-1])}"
    later = {"valid_from": date(2018, 7, 20), "recorded_on": date(2018, 7, 20)}
    send(
        tmp_path, "later",
        households=[
            {"household_id": village, "region_code": other, "row_id": "x2", **later},
        ],
        children=[child(home, file_status=why, row_id=f"x-{why}", **later) for home, why in
                  ((deceased, "deceased"), (gone, "moved"))],
    )  # fmt: skip

    august = made(tmp_path, AUGUST)
    carried = set(august.pool.frame.filter(august.pool.frame["waits_since"].is_not_null())["household_id"])
    assert carried == {attempt, village, away, *left}
    frame = set(august.pool.frame["household_id"])
    # Whom the model may not order is visited when a duty is due, and none is.
    assert {deceased, gone, refused} & frame == set()
    assert {done, off, left_home, unwilling} <= frame
    assert august.pool.left_out == {"refused": 1, "deceased": 1, "moved": 1}
    assert dict(august.pool.frame.select("household_id", "region_code").rows())[village] == other
    listed = set(august.listed["household_id"])
    assert carried <= listed

    with database.writing() as session:
        assert load_sheet(session, sheet_of(august, None), datetime(2018, 8, 1, 3, tzinfo=UTC))
        newest = session.scalars(select(VisitList.id).order_by(VisitList.id.desc())).first()
        now = {one.household_id: one for one in session.scalars(select(ListItem).where(ListItem.list_pk == newest))}
        assert {home for home, one in now.items() if one.carried} == carried
        assert {one.status for one in now.values()} == {Status.OPEN}
        assert now[attempt].shown["before"]["status"] == "not_met"

    rows = frame_rows(LedgerStore.open(tmp_path / "ledger").read(COUNTY).tables, date(2018, 9, 1))
    first = rows.filter(rows["as_of"] == july.pool.as_of).sort("household_id")
    drawn = july.pool.frame.sort("household_id")
    assert first["inclusion_probability"].to_list() == drawn["inclusion_probability"].to_list()
    assert first["stratum"].to_list() == drawn["stratum"].to_list()
    assert first["drawn"].to_list() == drawn["drawn"].to_list()
    removed = {home: why for home, why in first.select("household_id", "removed_reason").rows() if why}
    assert removed == {away: "away", off: "moved", left_home: "moved", unwilling: "refused"}
