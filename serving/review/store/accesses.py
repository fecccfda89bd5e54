"""Noting who touched which child's data. The note is written before any answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from serving.review.practice.region import is_practice
from serving.review.store.trail import AccessEntry, AccessRecord

NOTED = "accesses"
# Straight into the table: nothing in memory has to learn of these rows.
_INTO_RECORDS = AccessRecord.metadata.tables[AccessRecord.__tablename__].insert()
Action = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Noted:
    """An access as noted: household pseudonyms with their villages, nothing personal."""

    account_id: int
    at: datetime
    purpose: str
    action: Action
    households: tuple[tuple[str, str], ...]


def note_access(session: Session, noted: Noted) -> None:
    """Remember an access; the transaction's end writes it. Families of the training mode are nobody."""
    real = tuple(one for one in noted.households if not is_practice(one[1]))
    if real:
        session.info.setdefault(NOTED, []).append(replace(noted, households=real))


def take_noted(session: Session) -> list[Noted]:
    """What was noted in a session, which forgets it."""
    noted: list[Noted] = session.info.pop(NOTED, [])
    return noted


def write_noted(session: Session, noted: Sequence[Noted]) -> None:
    """Write accesses to the log."""
    for one in noted:
        entry = AccessEntry(account_id=one.account_id, at=one.at, purpose=one.purpose, action=one.action)
        session.add(entry)
        session.flush()
        session.execute(_INTO_RECORDS, _records(entry.id, one.households))


def _records(entry_id: int, households: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    return [
        {"entry_id": entry_id, "household_id": household, "region_code": region}
        for household, region in dict(households).items()
    ]
