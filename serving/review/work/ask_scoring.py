"""Asking the scoring service about one family: its rows by pseudonym, as known on the day of the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from features.definition import Definition, Language, Table
from features.definition.structure import (
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    RETRACTS,
    ROW_ID,
    SOURCE,
    VALID_FROM,
)
from features.record.rows import Row, history, known
from serving.review.cases.records import Records
from serving.review.desk import Desk
from serving.review.exchange.export import REVIEW_SOURCE
from serving.review.work.rights_settings import rights_settings
from serving.review.work.states import NewState, Subject

SCORE = "/v1/score"
NOT_READY = 503
NO_SERVICE, NO_MODEL = "no_service", "no_model"
_STATES = {HOUSEHOLDS: HOUSEHOLD, CHILDREN: CHILD}


class ScoringError(Exception):
    """The service gave no answer. ``code`` is its word in ``words/``; what it said is not passed on."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Corrected:
    """Whose states are said anew, and how."""

    subject: Subject
    states: Sequence[NewState]


def ask_scoring(desk: Desk, body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The records of a request.

    Raises:
        ScoringError: no address or key is at hand, nobody answers in time, or the request was not answered.
    """
    rules = rights_settings().scoring
    if not desk.scoring or desk.folders.home is None:
        raise ScoringError(NO_SERVICE)
    try:
        key = (desk.folders.home / rules.key_file).read_text(encoding="utf-8").strip()
        answer = httpx.post(
            desk.scoring.rstrip("/") + SCORE,
            json=body,
            headers={"Authorization": f"Bearer {key}"},
            timeout=rules.seconds,
            trust_env=False,
        )
        content = answer.json()
    except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ScoringError(NO_SERVICE) from error
    if answer.status_code == NOT_READY:
        raise ScoringError(NO_MODEL)
    if answer.status_code != httpx.codes.OK:
        raise ScoringError(NO_SERVICE)
    records: Sequence[Mapping[str, Any]] = content["records"]
    return records


def request_of(
    found: Records, region_code: str, as_of: date, corrected: Corrected, language: Language
) -> dict[str, Any]:
    """A request about one family for the day of the scores, with what was corrected since as if it had been known.

    Free text is left out: no score reads it, and it could name somebody.
    """
    rows = {name: _known_then(found, name, as_of) for name in found.rows if name in found.definition.tables}
    subject = corrected.subject
    rows[subject.table.name] = _with_states(rows[subject.table.name], corrected, as_of)
    sent = {
        name: [_sent(row, found.definition.tables[name]) for row in some]
        for name, some in _leading(rows, found.definition).items()
    }
    return {
        "as_of": as_of.isoformat(),
        "region": region_code[:COUNTY_DIGITS],
        "language": language,
        **{name: some for name, some in sent.items() if name in _requested(found.definition)},
    }


def _leading(rows: Mapping[str, list[Row]], definition: Definition) -> dict[str, list[Row]]:
    """The rows whose references lead to rows among them: what lies with another family is that one's."""
    kept: dict[str, list[Row]] = {}
    numbers: dict[str, set[Any]] = {}
    for name in (name for name in definition.tables if name in rows):
        table = definition.tables[name]
        references = {one.name: one.references for one in table.columns.values() if one.references}
        kept[name] = [
            row
            for row in rows[name]
            if all(row.get(column) in {None, *numbers.get(parent, ())} for column, parent in references.items())
        ]
        numbers[name] = {row[table.key[0]] for row in kept[name]}
    return kept


def _requested(definition: Definition) -> tuple[str, ...]:
    from serving.service.row_models import request_tables

    return request_tables(definition)


def _known_then(found: Records, name: str, as_of: date) -> list[Row]:
    """The rows known by the day, without those taken back since; states said in the review count as known then."""
    standing: Iterable[Row] = known(found.rows.get(name, ()), found.as_of)
    if name not in _STATES:
        return [row for row in standing if row[RECORDED_ON] <= as_of]
    counted = [row for row in standing if row[RECORDED_ON] <= as_of or _ours(row)]
    return [
        {**state, RECORDED_ON: min(state[RECORDED_ON], as_of)}
        for states in history(counted, _STATES[name]).values()
        for state in states
    ]


def _ours(row: Row) -> bool:
    return (row.get(SOURCE) or REVIEW_SOURCE) == REVIEW_SOURCE


def _with_states(rows: Iterable[Row], corrected: Corrected, as_of: date) -> list[Row]:
    """The rows with the corrected states in place of those of the same day."""
    subject = corrected.subject
    days = {state.valid_from for state in corrected.states}
    kept = [row for row in rows if row[subject.key] != subject.number or row[VALID_FROM] not in days]
    made: list[Row] = [
        {**state.columns, VALID_FROM: state.valid_from, RECORDED_ON: as_of, ROW_ID: f"corrected-{number}"}
        for number, state in enumerate(corrected.states)
    ]
    return [*kept, *made]


def _sent(row: Row, table: Table) -> dict[str, Any]:
    """A row as the service reads it: dates as text, sets as lists, what is not known left out."""
    sent: dict[str, Any] = {}
    for name in (*table.columns, VALID_FROM, RECORDED_ON, ROW_ID, RETRACTS):
        value = row.get(name)
        column = table.columns.get(name)
        if value is None or (column is not None and _free_text(name, table)):
            continue
        if column is not None and column.type == "categories":
            value = [code for code in value.split(";") if code]
        sent[name] = value.isoformat() if isinstance(value, date) else value
    return sent


def _free_text(name: str, table: Table) -> bool:
    column = table.columns[name]
    tied = name in table.key or column.references is not None or column.pattern is not None
    return column.type == "string" and not tied
