"""Scores of a few households without a data-frame engine: the rows ``serving.batch.county.score_children`` makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from features.definition import Definition
from features.definition.structure import (
    ASSIGNMENTS,
    CHILD,
    DEFINITION_VERSION,
    HOUSEHOLD,
    RECORDED_ON,
    REFUSED_ON,
    REGION,
)
from features.known import EPOCH, day_number
from features.record.rows import Tables
from features.record.state import Known
from features.record.table import Area, RecordTable, record_table
from models.domains import LIKELY
from models.explain import explain
from models.policy.ordering import TIE, lots
from models.policy.record_duties import record_duties
from serving.batch.county import (
    DATA_AGE,
    FACTS_OUTSIDE,
    NO_SCORE,
    OPEN_STATUS,
    OUTSIDE_SUPPORT,
    REFUSED,
    SCORED,
    WHY_NO_SCORE,
    Scoring,
)
from serving.service.record_reasons import Layout, record_reasons

ScoreRow = dict[str, Any]

NOTHING: Mapping[str, Any] = {
    "score": None, "probability": None, "band": None, "reasons_up": None, "reasons_down": None, "not_known": None,
    LIKELY: None, FACTS_OUTSIDE: None,
}  # fmt: skip


def score_records(
    tables: Tables, county: str, scoring: Scoring, layout: Layout, area: Area
) -> tuple[list[ScoreRow], Known]:
    """Score the cohort's children among a few households, sorted by child.

    Args:
        tables: all ledger rows of the households, dates as day numbers.
        county: the county's code.
        scoring: model, definition, policy and day.
        layout: how the columns of the model's contract make up the declared features.
        area: the stored area table by area.

    Returns:
        The rows of ``score_children`` as mappings, and what was known of the households.
    """
    table = record_table(tables, scoring.definition, scoring.as_of, county=county, area=area)
    known = table.known
    open_status = scoring.definition.roles.get(OPEN_STATUS, ())
    duty = record_duties(known, tables, table.children, scoring.policy, open_status)
    ages = _data_ages(known, scoring.definition)
    ties = lots(pl.Series(table.children, dtype=pl.String), scoring.policy.tie_seed, scoring.as_of)
    rows: list[ScoreRow] = [
        {
            **_identity(known, child, scoring),
            **duty[child],
            DATA_AGE: ages.get(known.state[child][HOUSEHOLD]),
            **_status(known, child, scoring),
            "model_id": scoring.model_id,
            DEFINITION_VERSION: scoring.definition.version,
            TIE: tie,
            **NOTHING,
        }
        for child, tie in zip(table.children, ties, strict=True)
    ]
    _add_scores(rows, table, scoring, layout)
    return rows, known


def _identity(known: Known, child: str, scoring: Scoring) -> ScoreRow:
    state = known.state[child]
    levels = scoring.policy.levels
    return {
        CHILD: child,
        HOUSEHOLD: state[HOUSEHOLD],
        REGION: state[REGION],
        "as_of": scoring.as_of,
        "official_level": None if levels is None else state.get(levels.column),
        "official_level_on": None if levels is None else as_date(state.get(levels.assessed_on)),
        "official_level_by": None if levels is None else state.get(levels.assessed_by),
    }


def _status(known: Known, child: str, scoring: Scoring) -> dict[str, str | None]:
    refused_on = known.state[child].get(REFUSED_ON)
    if refused_on is not None and refused_on <= day_number(known.as_of):
        return {"status": REFUSED, WHY_NO_SCORE: None}
    status, why = scoring.status_unless_refused
    return {"status": status, WHY_NO_SCORE: why}


def _data_ages(known: Known, definition: Definition) -> dict[str, int]:
    """Days since anything but a list was last recorded about each household."""
    newest: dict[str, int] = {}
    for name, rows in known.rows.items():
        if name == ASSIGNMENTS or HOUSEHOLD not in definition.tables[name].columns:
            continue
        for row in rows:
            if row.get(HOUSEHOLD) is not None:
                newest[row[HOUSEHOLD]] = max(newest.get(row[HOUSEHOLD], row[RECORDED_ON]), row[RECORDED_ON])
    return {household: day_number(known.as_of) - day for household, day in newest.items()}


def _add_scores(rows: Sequence[ScoreRow], table: RecordTable, scoring: Scoring, layout: Layout) -> None:
    """Put the children that may be scored to the model: score, probability, band, reasons and domains."""
    _mark_outside(rows, table, scoring)
    allowed = [place for place, row in enumerate(rows) if row["status"] == SCORED]
    if not allowed:
        return
    matrix = np.ascontiguousarray(table.matrix[allowed])
    scores = scoring.model.score(matrix)
    dates = {name: [days[place] for place in allowed] for name, days in table.dates.items()}
    reasons = record_reasons(explain(scoring.model, matrix), matrix, dates, layout)
    columns = (
        scores.tolist(),
        scoring.probability(scores).tolist(),
        scoring.model.cutoffs.band(scores).tolist(),
        scoring.domains.likely(scoring.domains.probabilities(matrix)).to_list(),
    )
    for place, score, probability, band, likely, said in zip(allowed, *columns, reasons, strict=True):
        rows[place].update({"score": score, "probability": probability, "band": band, LIKELY: likely}, **said.columns())


def _mark_outside(rows: Sequence[ScoreRow], table: RecordTable, scoring: Scoring) -> None:
    """Take the children outside the model's support from those that may be scored."""
    if scoring.support is None:
        return
    allowed = [place for place, row in enumerate(rows) if row["status"] == SCORED]
    for place, facts in zip(allowed, scoring.support.test(table.matrix[allowed]).named(), strict=True):
        if facts is not None:
            rows[place].update({"status": NO_SCORE, WHY_NO_SCORE: OUTSIDE_SUPPORT, FACTS_OUTSIDE: facts})


def as_date(day: int | None) -> dt.date | None:
    """A day number as a date."""
    return None if day is None else EPOCH + dt.timedelta(days=day)
