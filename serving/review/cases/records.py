"""What is known of one household today: the ledger's rows and those that wait to be exported into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import (
    ASSESSMENTS,
    ASSIGNMENTS,
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    REGION,
    RETRACTS,
    ROW_ID,
    VALID_FROM,
    VISIT,
    VISITS,
)
from features.record.rows import Row, history, known, latest
from serving.review.access.viewer import May, Viewer
from serving.review.cases.about import About, belongs
from serving.review.cases.ledger_source import ledger_source
from serving.review.cases.practice import practice_source
from serving.review.desk import Desk
from serving.review.store.trail import OutboxRow

TABLES = (HOUSEHOLDS, CHILDREN, VISITS, ASSESSMENTS, FINDINGS, ASSIGNMENTS)


class Source(Protocol):
    """Where the facts of a county come from. Rows are as in the ledger, dates as dates."""

    @property
    def definition(self) -> Definition:
        """What the rows mean."""

    @property
    def newest(self) -> date | None:
        """The last day any row of the county was recorded on."""

    def rows(self, about: About, tables: Sequence[str]) -> Mapping[str, Sequence[Row]]:
        """Every row that speaks of a household or of a child that ever lived there, those taking back included.

        Whatever a row gave to the household is whole, with the rows that give it to another. Of other homes there is
        what tells of those children: where they were seen, and what each such home was.
        """


# The first that answers for a region is asked; the practice families of the training mode go before the ledger.
SOURCES: tuple[Callable[[Desk, str], Source | None], ...] = (practice_source, ledger_source)


def source_of(desk: Desk, region_code: str) -> Source | None:
    """Where the facts of a region come from; None when this machine has none."""
    return next((found for one in SOURCES if (found := one(desk, region_code)) is not None), None)


@dataclass(frozen=True, slots=True)
class Records:
    """What is known of a household on a day.

    ``home`` is its last state; ``children`` the last state of each child that lives there, ``states`` every state of
    those children in order; ``events`` the last row of each event of the household by table, and of findings of those
    children wherever they were made. ``newest``: the last day the county's
    ledger heard anything. ``rows``: every row all this was read from, by table, those taken back included, and those
    that give something to another household.
    """

    definition: Definition
    as_of: date
    newest: date | None
    home: Row
    children: Mapping[str, Row]
    states: Mapping[str, Sequence[Row]]
    events: Mapping[str, Sequence[Row]]
    rows: Mapping[str, Sequence[Row]]


def records(
    session: Session, desk: Desk, viewer: Viewer, household_id: str, region_code: str, today: date
) -> Records | None:
    """Read one household as known today; None when no source knows it or it lies outside the viewer's regions.

    The household must lie there now: of one that moved away the viewer's list says what it said, its facts are others'.
    Whoever calls notes the access.
    """
    if not (viewer.may(May.READ_CASES) and viewer.covers(region_code)):
        return None
    source = source_of(desk, region_code)
    if source is None:
        return None
    try:
        rows = _read(session, source, household_id, region_code[:COUNTY_DIGITS])
    except UserError:  # a file is damaged, or an import is just replacing it
        return None
    return _known(source, rows, household_id, viewer, today)


def _read(session: Session, source: Source, household_id: str, county: str) -> Mapping[str, Sequence[Row]]:
    """The rows of the ledger and those that wait for it, until neither tells of anything more that may be its own."""
    names = [name for name in TABLES if name in source.definition.tables]
    about = About(household_id)
    while True:
        held = source.rows(about, names)
        about = about.told_by(held)
        rows = _joined(held, _waiting(session, county, about, source.definition))
        wider = about.told_by(rows)
        if wider == about:
            return rows
        about = wider


def _known(
    source: Source, rows: Mapping[str, Sequence[Row]], household_id: str, viewer: Viewer, today: date
) -> Records | None:
    definition = source.definition
    standing = {name: known(rows.get(name, ()), today) for name in TABLES if name in definition.tables}
    home = latest(standing[HOUSEHOLDS], [HOUSEHOLD]).get((household_id,))
    if home is None or not viewer.covers(home.get(REGION) or ""):
        return None
    states = history(standing[CHILDREN], CHILD)
    living = {child: rows[-1] for child, rows in states.items() if rows[-1][HOUSEHOLD] == household_id}
    own = {one: states[one] for one in living}
    events = _events(standing, definition, household_id, {one: rows[-1][HOUSEHOLD] for one, rows in states.items()})
    return Records(definition, today, source.newest, home, living, own, events, rows)


def _events(
    standing: Mapping[str, Sequence[Row]], definition: Definition, household_id: str, homes: Mapping[str, str]
) -> dict[str, tuple[Row, ...]]:
    """The last row of each event that is the household's."""
    last = {
        name: tuple(latest(rows, definition.tables[name].key).values())
        for name, rows in standing.items()
        if definition.tables[name].kind == "event"
    }
    own = {
        name: tuple(row for row in rows if HOUSEHOLD not in row or belongs(row, household_id, homes))
        for name, rows in last.items()
    }
    visits = {row[VISIT] for row in own.get(VISITS, ())}
    return own | {name: tuple(row for row in own[name] if row[VISIT] in visits) for name in own if name == ASSESSMENTS}


def _joined(held: Mapping[str, Sequence[Row]], waiting: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Both together; a row that was exported between the two reads counts once."""
    found: dict[str, list[Row]] = {}
    for name in {*held, *waiting}:
        rows = {row[ROW_ID]: row for row in (*waiting.get(name, ()), *held.get(name, ()))}
        found[name] = list(rows.values())
    return found


def _waiting(session: Session, county: str, about: About, definition: Definition) -> dict[str, list[Row]]:
    """Rows of the outbox that the ledger has not taken yet, in the ledger's types."""
    named = {CHILD: about.children, VISIT: about.visits, FINDING: about.findings, HOUSEHOLD: {about.household_id}}
    speaks = or_(*(OutboxRow.content[column].as_string().in_(numbers) for column, numbers in named.items()))
    query = select(OutboxRow).where(
        OutboxRow.exported_at.is_(None), OutboxRow.county == county, OutboxRow.table.in_(TABLES), speaks
    )
    found: dict[str, list[Row]] = {}
    for row in session.scalars(query.order_by(OutboxRow.id)):
        if row.table in definition.tables:
            found.setdefault(row.table, []).append(_typed(row, definition))
    return found


def _typed(row: OutboxRow, definition: Definition) -> Row:
    columns = definition.tables[row.table].columns
    typed: dict[str, Any] = {name: _value(row.content.get(name), column.type) for name, column in columns.items()}
    return typed | {
        ROW_ID: row.row_id, VALID_FROM: row.valid_from, RECORDED_ON: row.recorded_on, RETRACTS: row.retracts,
    }  # fmt: skip


def _value(value: object, kind: str) -> object:
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if kind == "categories" and isinstance(value, str):
        return ";" + "".join(f"{code};" for code in sorted(filter(None, value.split(";"))))
    return value
