"""The outbox into the ledger. Killed at any moment it loses nothing and doubles nothing.

Rows carry numbers given when they were queued, and the ledger takes a number once. So what was imported but not yet
marked as exported is simply sent again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path

import polars as pl
from sqlalchemy import select, update

from features.definition import Definition
from features.definition.structure import DEFINITION_VERSION, RECORDED_ON, RETRACTS, ROW_ID, SOURCE, VALID_FROM
from features.ledger.faults import Faults
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from models.release.regions import carry_verdict, county_sha256
from serving.review.store.database import Database
from serving.review.store.trail import OutboxRow

REVIEW_SOURCE = "review"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did, in rows by table.

    ``waiting`` are rows of tables that the ledger's definition does not have (yet), or of counties it does not hold;
    ``refused`` rows that the ledger did not take, by table and rule: they are tried again next time. A refused row that
    was taken back is no longer anything to tell, and is in none of them.
    """

    exported: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)


def export_outbox(
    database: Database, ledger: Path, definition: Definition, now: datetime, home: Path | None = None
) -> ExportReport:
    """Import every row that waits into the ledger, and mark those it took. Checks of counties in ``home`` stand on.

    Raises:
        UserError: no ledger there, one of another definition, or another import running. Then nothing is marked.
    """
    store = LedgerStore.open(ledger)
    store.require(definition)
    with database.reading() as session:
        waiting = list(session.scalars(select(OutboxRow).where(OutboxRow.exported_at.is_(None)).order_by(OutboxRow.id)))
    held = set(store.counties())
    fitting = [row for row in waiting if row.table in definition.stored_tables and row.county in held]
    others = [row for row in waiting if row not in fitting]
    refused = _import(fitting, ledger, definition) if fitting else {}
    over = _never_told(fitting, refused)
    faults = {number: rule for number, rule in refused.items() if number not in over}
    if fitting:
        _mark(database, fitting, faults, now)
    if home is not None:
        after = LedgerStore.open(ledger)
        for county in sorted({row.county for row in fitting}):
            carry_verdict(home, county, county_sha256(store, county), county_sha256(after, county))
    return ExportReport(
        exported=Counter(row.table for row in fitting if row.row_id not in refused),
        waiting=Counter(row.table for row in others),
        refused=Counter(f"{row.table}: {faults[row.row_id]}" for row in fitting if row.row_id in faults),
    )


def _never_told(rows: Sequence[OutboxRow], refused: Mapping[str, str]) -> set[str]:
    """Refused rows that were taken back since, with the rows that take them back, which have nothing to take back."""
    pairs = {
        row.retracts: row.row_id
        for row in rows
        if row.retracts is not None and row.row_id in refused and row.retracts in refused
    }
    return {*pairs, *pairs.values()}


def _import(rows: Sequence[OutboxRow], ledger: Path, definition: Definition) -> dict[str, str]:
    """Send rows to the ledger; returns the rule each refused row broke, by its number."""
    with tempfile.TemporaryDirectory(prefix="mopai-outbox-") as name:
        source = Path(name)
        numbers = {file: _write(source / file, part, definition) for file, part in _files(rows)}
        report = import_folder(source, ledger, definition, workers=1)
    return _rules(report.faults, numbers)


def _files(rows: Iterable[OutboxRow]) -> Iterable[tuple[str, list[OutboxRow]]]:
    """The rows by the file of the sender's layout they belong to."""

    def file_of(row: OutboxRow) -> str:
        return f"{row.county}/{row.table}.parquet"

    return ((file, list(part)) for file, part in groupby(sorted(rows, key=file_of), key=file_of))


def _write(path: Path, rows: Sequence[OutboxRow], definition: Definition) -> list[str]:
    """Write one table of one county; returns the numbers of its rows in their order."""
    path.parent.mkdir(exist_ok=True)
    columns = list(definition.stored_tables[path.stem].columns)
    bookkeeping = (ROW_ID, VALID_FROM, RECORDED_ON, RETRACTS, SOURCE, DEFINITION_VERSION)
    schema = dict.fromkeys([*columns, *bookkeeping], pl.String)
    records = [
        {
            **{name: _text(row.content.get(name)) for name in columns},
            ROW_ID: row.row_id,
            VALID_FROM: str(row.valid_from),
            RECORDED_ON: str(row.recorded_on),
            RETRACTS: row.retracts,
            SOURCE: row.content.get(SOURCE, REVIEW_SOURCE),
            DEFINITION_VERSION: definition.version,
        }
        for row in rows
    ]
    pl.DataFrame(records, schema=schema).write_parquet(path)
    return [row.row_id for row in rows]


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _rules(faults: Faults, numbers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The first rule that each faulty row broke; a fault of a whole file is one of every row in it."""
    broken: dict[str, str] = {}
    for file, record, rule in faults.select("file", "row", "rule").iter_rows():
        for number in numbers[file] if record is None else [numbers[file][record - 1]]:
            broken.setdefault(number, rule)
    return broken


def _mark(database: Database, rows: Sequence[OutboxRow], faults: Mapping[str, str], now: datetime) -> None:
    marks = [
        {"id": row.id, "exported_at": None if row.row_id in faults else now, "fault": faults.get(row.row_id)}
        for row in rows
    ]
    with database.writing() as session:
        session.execute(update(OutboxRow), marks)
