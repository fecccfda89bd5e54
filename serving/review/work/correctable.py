"""What is held of a family, fact by fact, and the right value of one as a person gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.definition import Column, Definition, Label, Table
from features.definition.structure import (
    CHILDREN,
    DEFINITION_VERSION,
    HOUSEHOLDS,
    RECORDED_ON,
    ROW_ID,
    SOURCE,
    VALID_FROM,
)
from features.ledger.contracts import table_schema
from features.ledger.faults import LINE, run_checks
from features.ledger.parse import WANTED, parse
from features.ledger.row_checks import row_checks
from features.record.rows import Row
from features.workbook.words import fault_words
from serving.review.cases.members import on_file
from serving.review.cases.records import Records
from serving.review.exchange.export import REVIEW_SOURCE
from serving.review.exchange.facts import Value
from serving.review.work.rights_settings import rights_settings
from serving.review.work.states import NewState, Subject

VALUE, SINCE = "value", "since"


@dataclass(frozen=True, slots=True)
class HeldFact:
    """One fact as it stands: since when it is so, when that was first recorded, and where it came from."""

    column: Column
    value: Value
    since: date
    recorded_on: date
    source: str


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """What is held of a household or of one of its children."""

    subject: Subject
    facts: tuple[HeldFact, ...]

    def fact(self, column: str) -> HeldFact | None:
        """One of them by its column."""
        return next((one for one in self.facts if one.column.name == column), None)


def held_facts(found: Records, household_id: str, region_code: str) -> list[HeldFacts]:
    """What is held of a household, then of each child on file, the eldest first."""
    tables = found.definition.tables
    subjects = [
        Subject(tables[HOUSEHOLDS], household_id, region_code),
        *(Subject(tables[CHILDREN], child, region_code) for child in on_file(found)),
    ]
    return [HeldFacts(subject, _facts(subject, subject.states(found))) for subject in subjects]


def correctable(held: HeldFacts) -> HeldFacts:
    """Those of the facts that a person may correct."""
    rules, table = rights_settings().corrections, held.subject.table
    return HeldFacts(held.subject, tuple(one for one in held.facts if rules.open_to(table, one.column)))


def _facts(subject: Subject, states: Sequence[Row]) -> tuple[HeldFact, ...]:
    return tuple(_fact(column, states) for column in subject.table.columns.values()) if states else ()


def _fact(column: Column, states: Sequence[Row]) -> HeldFact:
    """A fact with the state it has stood since."""
    value = states[-1].get(column.name)
    first = states[-1]
    for state in reversed(states):
        if state.get(column.name) != value:
            break
        first = state
    # What waits to be exported was said in the review application.
    return HeldFact(column, value, first[VALID_FROM], first[RECORDED_ON], first.get(SOURCE) or REVIEW_SOURCE)


def read_value(definition: Definition, column: Column, sent: str) -> tuple[Value, Label | None]:
    """A value as typed or chosen, empty for "not known"; and what is wrong where it cannot be read."""
    typed, unread = parse(
        column, definition.codes.get(column.codes or "", {}), pl.Series([sent or None], dtype=pl.String)
    )
    if unread[0]:
        rule = "code" if column.codes else "type"
        return None, _said(rule, column.name, WANTED.get(column.type, ""), definition)
    value: Value = typed[0]
    return value, None


def faults_of(
    definition: Definition, table: Table, column: str, states: Sequence[NewState], today: date
) -> Mapping[str, Label]:
    """What the ledger's own checks find in new states, by field of the form: value or since."""
    rows = [_checked(state, definition, today) for state in states]
    schema: dict[str, type[pl.DataType]] = {LINE: pl.Int64, **table_schema(definition, table.name)}
    frame = pl.DataFrame([{LINE: number, **row} for number, row in enumerate(rows, start=1)], schema=schema)
    found: dict[str, Label] = {}
    for name, rule, wanted in (
        run_checks(frame, "", row_checks(table, definition)).select("column", "rule", "wanted").rows()
    ):
        # What an old row said wrong in another column is no fault of this correction.
        field = {column: VALUE, VALID_FROM: SINCE}.get(name)
        if field is not None:
            found.setdefault(field, _said(rule, name, wanted, definition))
    return found


def _checked(state: NewState, definition: Definition, today: date) -> dict[str, Value]:
    return {
        **state.columns, VALID_FROM: state.valid_from, RECORDED_ON: today, ROW_ID: "new",
        SOURCE: REVIEW_SOURCE, DEFINITION_VERSION: definition.version,
    }  # fmt: skip


def _said(rule: str, column: str, wanted: str, definition: Definition) -> Label:
    return Label(*(fault_words(rule, column, wanted, definition, None, language) for language in ("zh", "en")))
