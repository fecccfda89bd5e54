"""The states of a household or a child in order, and new ones that say everything again but what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition import Table
from features.definition.structure import CHILD, CHILDREN, COUNTY_DIGITS, HOUSEHOLD, RECORDED_ON, ROW_ID, VALID_FROM
from features.record.rows import Row, history, known
from serving.review.cases.records import Records
from serving.review.exchange.facts import Fact, Value, queue_fact, take_back
from serving.review.settings import settings
from serving.review.store.trail import OutboxRow


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose state it is: a household or a child, by table and number, and the village its rows belong to."""

    table: Table
    number: str
    region_code: str

    @property
    def key(self) -> str:
        """The column its number stands in."""
        return CHILD if self.table.name == CHILDREN else HOUSEHOLD

    def rows(self, found: Records) -> list[Row]:
        """Every row that stands as known on the day of the records."""
        return [row for row in known(found.rows.get(self.table.name, ()), found.as_of) if row[self.key] == self.number]

    def states(self, found: Records) -> list[Row]:
        """Its states in order, one for each day it changed."""
        return history(self.rows(found), self.key).get(self.number, [])


@dataclass(frozen=True, slots=True)
class NewState:
    """A state to be: all columns of the table, from a day on."""

    valid_from: date
    columns: Mapping[str, Value]


def changed_states(states: Sequence[Row], table: Table, column: str, value: Value, since: date) -> list[NewState]:
    """The states that make one column say something from a day on, whatever later rows said of it until now.

    A later state keeps all else it said: it is said again for its own day, or it would hide the change.
    """
    at = next((state for state in reversed(states) if state[VALID_FROM] <= since), states[0])
    later = [state for state in states if state[VALID_FROM] > since]
    return [
        NewState(day, {**_columns(state, table), column: value})
        for day, state in [(since, at), *((state[VALID_FROM], state) for state in later)]
    ]


def said_again(state: Row, table: Table, **changes: Value) -> NewState:
    """A state with some columns changed, for the same day."""
    return NewState(state[VALID_FROM], {**_columns(state, table), **changes})


def queue_states(session: Session, subject: Subject, found: Records, states: Sequence[NewState], now: datetime) -> None:
    """Queue new states for the ledger, each in place of what was recorded today for the same day."""
    today = settings().day_of(now)
    for state in states:
        for row in subject.rows(found):
            if row[VALID_FROM] == state.valid_from and row[RECORDED_ON] == today:
                take_back_row(session, subject, row, now)
        columns = {name: value for name, value in state.columns.items() if name != subject.key}
        fact = Fact(
            subject.table.name, subject.region_code, {subject.key: subject.number}, columns, state.valid_from
        )  # fmt: skip
        queue_fact(session, fact, now)


def take_back_row(session: Session, subject: Subject, row: Row, now: datetime) -> None:
    """Queue the row that takes a row of the ledger, or one that still waits, back; nothing if one does already."""
    if session.scalar(select(OutboxRow.id).where(OutboxRow.retracts == row[ROW_ID])) is not None:
        return
    content = {name: str(row[name]) for name in subject.table.key}
    taken = OutboxRow(
        county=subject.region_code[:COUNTY_DIGITS],
        table=subject.table.name,
        row_id=row[ROW_ID],
        valid_from=row[VALID_FROM],
        content=content,
    )
    take_back(session, taken, now)


def _columns(state: Row, table: Table) -> dict[str, Value]:
    return {name: state.get(name) for name in table.columns}
