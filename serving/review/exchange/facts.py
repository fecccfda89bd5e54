"""Facts for the ledger, queued in the transaction of the change they tell of."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from features.definition.structure import COUNTY_DIGITS
from serving.review.practice.region import is_practice
from serving.review.settings import settings
from serving.review.store.trail import OutboxRow

Value = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a ledger table: where it belongs, its key, its other columns, and the day it is true from."""

    table: str
    region_code: str
    key: Mapping[str, str]
    columns: Mapping[str, Value]
    valid_from: date


def queue_fact(session: Session, fact: Fact, now: datetime) -> str:
    """Queue a row; one that says the same of the same key for the same day is taken back first. Returns its number.

    What people practise on invented families is no fact: nothing is queued, and the number is empty.
    """
    if is_practice(fact.region_code):
        return ""
    recorded = _recorded(fact.valid_from, now)
    moment = "|".join([fact.table, *fact.key.values(), str(fact.valid_from), str(recorded)])
    for row in _standing(session, OutboxRow.moment_key == moment):
        take_back(session, row, now)
    row = OutboxRow(
        county=fact.region_code[:COUNTY_DIGITS],
        table=fact.table,
        row_id=_number(),
        moment_key=moment,
        valid_from=fact.valid_from,
        recorded_on=recorded,
        content=_content(fact),
        written_at=now,
    )
    session.add(row)
    session.flush()
    return row.row_id


def take_back_facts(session: Session, table: str, first_key: str, now: datetime) -> None:
    """Take back every standing row of a table whose first key column has a value."""
    for row in standing(session, table, first_key):
        take_back(session, row, now)


def standing(session: Session, table: str, first_key: str) -> list[OutboxRow]:
    """The rows of a table whose first key column has a value, without those taken back."""
    prefix = f"{table}|{first_key}|"
    return _standing(session, OutboxRow.moment_key.startswith(prefix, autoescape=True))


def same(row: OutboxRow, fact: Fact) -> bool:
    """Whether a row says what a fact says, whenever it was recorded."""
    return (row.table, row.county, row.valid_from, row.content) == (
        fact.table, fact.region_code[:COUNTY_DIGITS], fact.valid_from, _content(fact),
    )  # fmt: skip


def take_back(session: Session, row: OutboxRow, now: datetime) -> None:
    """Queue the row that takes another one back; it repeats the key, which the ledger wants."""
    session.add(
        OutboxRow(
            county=row.county,
            table=row.table,
            row_id=_number(),
            moment_key=f"{row.row_id} taken back",
            valid_from=row.valid_from,
            recorded_on=_recorded(row.valid_from, now),
            retracts=row.row_id,
            content=row.content,
            written_at=now,
        )
    )
    session.flush()


def _standing(session: Session, condition: ColumnElement[bool]) -> list[OutboxRow]:
    """Rows that state something and were not taken back."""
    taken = select(OutboxRow.retracts).where(OutboxRow.retracts.is_not(None))
    query = select(OutboxRow).where(condition, OutboxRow.retracts.is_(None), OutboxRow.row_id.not_in(taken))
    return list(session.scalars(query.order_by(OutboxRow.id)))


def _recorded(valid_from: date, now: datetime) -> date:
    """The day of recording: today, but never before the day a row counts from, which the ledger does not take."""
    return max(settings().day_of(now), valid_from)


def _content(fact: Fact) -> dict[str, str | int | float | bool | None]:
    return {**fact.key, **{name: _plain(value) for name, value in fact.columns.items()}}


def _number() -> str:
    return "review-" + secrets.token_hex(12)


def _plain(value: Value) -> str | int | float | bool | None:
    return value.isoformat() if isinstance(value, date) else value
