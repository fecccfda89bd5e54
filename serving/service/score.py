"""Scores of a request: the few as plain records, the many in a data frame, and a status for every child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from features.definition import Definition
from features.definition.structure import ASSIGNMENTS, CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REGION
from features.ledger.contracts import table_schema
from features.operators.formulas import area_part, area_whole
from features.operators.program import program_of
from features.record.rows import Row, Tables
from features.record.state import Known
from features.record.table import Area
from models.policy.ordering import DRIVER, TIE
from serving.batch.county import NO_SCORE, Scoring, score_children
from serving.service.areas import CountyArea
from serving.service.loaded import Loaded
from serving.service.query import Query
from serving.service.record_scores import ScoreRow, score_records
from serving.service.settings import limits

RANK = "rank"
INVALID = "invalid"
NOT_IN_COHORT = "not_in_cohort"
NOT_KNOWN_THEN = "not_known_then"
OTHER_COUNTY = "other_county"


@dataclass(frozen=True, slots=True)
class Scored:
    """The scored rows in the order of their places, and why every other child of the request has no score.

    ``unscored`` maps a child to its status and reason; ``area_as_of`` is the day the village totals speak for.
    """

    scoring: Scoring
    rows: Sequence[ScoreRow]
    unscored: Mapping[str, tuple[str, str | None]]
    area_as_of: dt.date | None


def score(query: Query, loaded: Loaded, area: CountyArea) -> Scored:
    """Score the children of a request.

    Raises:
        RequestError: no policy is in force for the region on that day.
    """
    scoring = loaded.scoring(query.county, query.as_of)
    tables = query.rows.tables
    if len({row[CHILD] for row in tables[CHILDREN]}) <= limits().record_children:
        rows, known = score_records(tables, query.county, scoring, loaded.layout, area.rows)
    else:
        rows = _in_frames(tables, query.county, scoring, area.rows)
        cohort = program_of(loaded.definition).cohort
        known = Known.read(_others(tables, rows), loaded.definition, cohort, query.as_of, query.county)
    return Scored(scoring, _ranked(rows), _unscored(query, known, rows), area.as_of)


def _others(tables: Tables, scored: Iterable[ScoreRow]) -> dict[str, list[Row]]:
    """The states of the children without a score and of their households."""
    done = {row[CHILD] for row in scored}
    children = [row for row in tables[CHILDREN] if row[CHILD] not in done]
    homes = {row[HOUSEHOLD] for row in children}
    return {CHILDREN: children, HOUSEHOLDS: [row for row in tables[HOUSEHOLDS] if row[HOUSEHOLD] in homes]}


def _unscored(query: Query, known: Known, scored: Iterable[ScoreRow]) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = dict.fromkeys(query.rows.invalid, (INVALID, None))
    done = {row[CHILD] for row in scored}
    for row in query.rows.tables[CHILDREN]:
        child = row[CHILD]
        if child in done:
            continue
        if child in known.state:
            found[child] = (NOT_IN_COHORT, None)
        elif child in known.histories[CHILDREN]:
            found[child] = (NO_SCORE, OTHER_COUNTY)
        else:
            found[child] = (NO_SCORE, NOT_KNOWN_THEN)
    return found


def _ranked(rows: Iterable[ScoreRow]) -> list[ScoreRow]:
    """The rows in the order of ``models.policy.ordering``, with the place of their household and who gives it."""
    places: dict[str, int] = {}
    ordered = sorted(rows, key=_urgency)
    for row in ordered:
        row[DRIVER] = row[HOUSEHOLD] not in places
        row[RANK] = places.setdefault(row[HOUSEHOLD], len(places) + 1)
    return ordered


def _urgency(row: ScoreRow) -> tuple[Any, ...]:
    """Duties by day and severity, then the highest score, children without one last; ties by lot."""
    if row["duty"]:
        return (0, row["duty_due_on"], row["duty_severity"], row[TIE], row[CHILD])
    score = row["score"]
    return (1 if score is not None else 2, 0.0 if score is None else -score, row[TIE], row[CHILD])


def _in_frames(tables: Tables, county: str, scoring: Scoring, area: Area) -> list[ScoreRow]:
    """The same scores from the batch's own code."""
    frames = {name: _frame(tables.get(name, ()), name, scoring.definition) for name in scoring.definition.tables}
    rows: list[ScoreRow] = score_children(frames, county, scoring, _area_frame(area, scoring.definition)).to_dicts()
    return rows


def _frame(rows: Sequence[Row], name: str, definition: Definition) -> pl.DataFrame:
    types = table_schema(definition, name)
    if not rows or name == ASSIGNMENTS:
        return pl.DataFrame(schema=types)
    numbers = {column: pl.Int32 if kind == pl.Date else kind for column, kind in types.items()}
    # Every row of a request has the same columns in the same order; those of the ledger's own book-keeping are missing.
    columns = dict(zip(rows[0], zip(*(row.values() for row in rows), strict=True), strict=True))
    nothing = (None,) * len(rows)
    frame = pl.DataFrame({name: columns.get(name, nothing) for name in numbers}, schema=numbers)
    return frame.cast({pl.Int32: pl.Date})


def _area_frame(area: Area, definition: Definition) -> pl.DataFrame:
    facts = [fact.name for fact in program_of(definition).area_facts]
    numbers = [column(name) for name in facts for column in (area_part, area_whole)]
    types = {REGION: pl.String} | dict.fromkeys(numbers, pl.Float64)
    return pl.DataFrame([{name: row[name] for name in types} for row in area.values()], schema=types)
