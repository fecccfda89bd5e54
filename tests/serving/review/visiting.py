"""A small ledger of two households with children, and visits entered into the review application."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition import load_definition
from features.known import known_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk, Folders
from serving.review.store.database import Database
from serving.review.store.lists import ListItem
from serving.review.store.trail import OutboxRow
from serving.review.store.visits import VisitRecord
from serving.review.work.visit_entry import Answer, Found, Look, VisitEntry
from serving.review.work.visit_scene import scene_of
from serving.review.work.visits import mark_of, record_visit, standing_visits
from tests.serving.review.making import NOW, VILLAGE

TODAY = date(2018, 7, 5)
COUNTY = VILLAGE[:6]
DOMAINS = ("living", "education", "medical", "rehabilitation", "guardianship")
HOME, ELDER, YOUNGER, OLD_NEED = "H001001-001", "K1", "K2", "F-old"


def ledger_in(folder: Path) -> Path:
    """A ledger of two households, known since June: two children in the first, with one need open since May."""
    source = folder / "sent" / COUNTY
    source.mkdir(parents=True)
    tables: dict[str, dict[str, Any]] = {
        "households": {"household_id": [HOME, "H001001-002"], "region_code": VILLAGE},
        "children": {
            "child_id": [ELDER, YOUNGER, "K3"], "household_id": [HOME, HOME, "H001001-002"],
            "birth_date": ["2008-02-01", "2011-09-09", "2010-01-01"], "file_status": "active",
        },
        "visits": {
            "visit_id": ["V-old"], "household_id": [HOME], "visited_on": "2018-05-20", "purpose": "routine",
            "met": True,
        },
        "findings": {
            "finding_id": [OLD_NEED], "visit_id": ["V-old"], "household_id": [HOME], "child_id": [YOUNGER],
            "domain": "medical", "severity": 2, "status": "open", "opens": "2018-05-20",
        },
    }  # fmt: skip
    for table, columns in tables.items():
        day = "2018-05-20" if table in ("visits", "findings") else "2018-05-01"
        count = len(next(iter(columns.values())))
        said = {
            "row_id": [f"{table}-{number}" for number in range(count)], "valid_from": day, "recorded_on": day,
            "source": "form", "definition_version": "2016.1",
        }  # fmt: skip
        pl.DataFrame({**columns, **said}).write_csv(source / f"{table}.csv")
    report = import_folder(source.parent, folder / "ledger", load_definition(), workers=1)
    assert report.faults.is_empty(), report.faults
    return folder / "ledger"


def desk_of(database: Database, ledger: Path | None = None) -> Desk:
    """A desk with a ledger, or without one."""
    return Desk(database, folders=Folders(ledger=ledger))


def place_of(session: Session, household: str = HOME) -> ListItem:
    """The place of a household."""
    return session.scalars(select(ListItem).where(ListItem.household_id == household)).one()


def saw(child: str = ELDER, *domains: str) -> Look:
    """A child who was seen, looked at in all domains unless some are named."""
    return Look(child, seen=True, domains=domains or DOMAINS)


def not_seen(child: str = YOUNGER) -> Look:
    """A child who was not seen."""
    return Look(child, seen=False)


def entry(session: Session, viewer: Viewer, **other: Any) -> VisitEntry:
    """A visit of today at which the elder child was seen and looked at in all domains, the younger was not."""
    item = place_of(session)
    usual: dict[str, Any] = {
        "item_id": item.id, "mark": mark_of(standing_visits(session, viewer, item)), "visited_on": TODAY, "met": True,
        "purpose": "listed", "looks": (saw(), not_seen()),
    }  # fmt: skip
    return VisitEntry(**{**usual, **other})


def record(session: Session, desk: Desk, viewer: Viewer, **other: Any) -> VisitRecord:
    """Record a visit, or correct the one named by ``visit_pk``; ``now`` is when."""
    now = other.pop("now", NOW)
    said = entry(session, viewer, **other)
    scene = scene_of(session, desk, viewer, place_of(session), TODAY)
    of = next((one for one in scene.visits if one.id == said.visit_pk), None)
    return record_visit(session, viewer, said, scene.household_beside(of), now)


def answer(session: Session, desk: Desk, viewer: Viewer, finding_id: str = OLD_NEED, *, closed: bool = True) -> Answer:
    """What a visit says of an open need."""
    scene = scene_of(session, desk, viewer, place_of(session), TODAY)
    return Answer(scene.household.open_needs[finding_id], closed)


def need(domain: str = "living", severity: int = 2, child_id: str | None = ELDER, **other: Any) -> Found:
    """A need found."""
    return Found(domain, severity, child_id, **other)


def told(session: Session, table: str) -> list[OutboxRow]:
    """The rows of a table that stand in the outbox."""
    rows = session.scalars(select(OutboxRow).where(OutboxRow.table == table).order_by(OutboxRow.id)).all()
    taken = {row.retracts for row in rows}
    return [row for row in rows if row.retracts is None and row.row_id not in taken]


def stands(ledger: Path, table: str) -> pl.DataFrame:
    """The rows of a table that stand in a ledger, as read later, those of this application alone."""
    rows = LedgerStore.open(ledger).read(COUNTY).tables[table]
    return pl.DataFrame(known_rows(rows, date(2030, 1, 1)).to_native()).filter(pl.col("source") == "review")
