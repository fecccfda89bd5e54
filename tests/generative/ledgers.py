"""Random valid ledgers: late recording, corrections, retractions, moves, missing and unseen values.

Dates crowd around the as-of date and the edges of the windows, where mistakes live.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from features.definition import Column, Definition
from features.operators.program import program_of
from tests.builders import VILLAGE, Tables, default_definition, make_tables

AS_OF = date(2016, 7, 1)
UNSEEN = "never_declared"

HOUSEHOLDS = ("h1", "h2", "h3")
CHILDREN = ("c1", "c2", "c3", "c4", "c5", "c6")
VISITS = ("v1", "v2", "v3", "v4", "v5", "v6")
FINDINGS = ("f1", "f2", "f3", "f4", "f5")
VILLAGES = (VILLAGE, "520001001002", "520001002001", "520002001001")  # the last lies in another county

_EDGES = (-200, -1, 0, 1, 30, 89, 90, 91, 179, 180, 364, 365, 366, 729, 730, 731, 900)
_MANY = os.environ.get("HYPOTHESIS_PROFILE") in ("ci", "slow")

generative = settings(
    max_examples=150 if _MANY else 8,
    deadline=None,
    derandomize=not _MANY,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Rows = dict[str, list[dict[str, Any]]]


def days() -> st.SearchStrategy[date]:
    """Days at the edges of the windows, or anywhere near."""
    ago = st.one_of(st.sampled_from(_EDGES), st.integers(-60, 900))
    return ago.map(lambda back: AS_OF - timedelta(days=back))


def values(definition: Definition, column: Column) -> st.SearchStrategy[Any]:
    """Values of a column: declared ones, missing ones, and for categories one nobody declared."""
    codes = definition.code_values(column)
    low, high = int(column.minimum or 0), int(column.maximum or 3)
    known: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(low, high),
        "number": st.integers(low * 8, high * 8).map(lambda eighths: eighths / 8),
        "date": days(),
        "category": st.sampled_from((*codes, UNSEEN)) if codes else st.none(),
        "categories": st.sets(st.sampled_from(codes or ("",))).map(_joined),
        "string": st.none(),
    }  # fmt: skip
    return known[column.type] if column.required else st.none() | known[column.type]


def _joined(codes: set[str]) -> str:
    return ";" + "".join(f"{code};" for code in sorted(codes))


def rows(
    definition: Definition, table: str, fixed: Mapping[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    """Rows of a table; of the columns not fixed, those that features read are drawn and the others left out."""
    read = program_of(definition).columns.get(table, ())
    columns = definition.tables[table].columns
    drawn = {name: values(definition, columns[name]) for name in read if name not in fixed}
    delay = st.sampled_from((0, 0, 0, 1, 30, 400)).map(lambda late: timedelta(days=late))
    return st.builds(_dated, st.fixed_dictionaries({**drawn, **fixed}), days(), delay)


def _dated(row: dict[str, Any], valid_from: date, delay: timedelta) -> dict[str, Any]:
    return {"valid_from": valid_from, "recorded_on": valid_from + delay} | row


@st.composite
def ledger_rows(draw: st.DrawFn, definition: Definition | None = None) -> Rows:
    """The rows of a small ledger by table; every row has its number."""
    chosen = definition or default_definition()
    one = {name: st.sampled_from(ids) for name, ids in _KEYS.items()}
    shapes: dict[str, tuple[Mapping[str, st.SearchStrategy[Any]], int]] = {
        "households": ({"household_id": one["household_id"], "region_code": st.sampled_from(VILLAGES)}, 4),
        "children": ({"child_id": one["child_id"], "household_id": one["household_id"], **_CHILD}, 6),
        "visits": ({"visit_id": one["visit_id"], "household_id": one["household_id"]}, 4),
        "assessments": ({"visit_id": one["visit_id"], "child_id": one["child_id"]}, 4),
        "findings": (
            {name: one[name] for name in ("finding_id", "visit_id", "household_id")}
            | {"child_id": st.none() | one["child_id"]},
            4,
        ),
    }
    made: Rows = {}
    for table, (fixed, few) in shapes.items():
        found = draw(st.lists(rows(chosen, table, fixed), min_size=few, max_size=2 * few))
        made[table] = [{**row, "row_id": f"{table}-{place}"} for place, row in enumerate(found)]
        made[table] += draw(st.lists(retractions(table, len(found)), max_size=1))
    return made


_KEYS = {"household_id": HOUSEHOLDS, "child_id": CHILDREN, "visit_id": VISITS, "finding_id": FINDINGS}
_CHILD: Mapping[str, st.SearchStrategy[Any]] = {
    "birth_date": st.dates(date(1999, 1, 1), date(2016, 6, 30)),
    "file_status": st.sampled_from(("active", "active", "active", "moved")),
}


def retractions(table: str, count: int) -> st.SearchStrategy[dict[str, Any]]:
    """A row that takes back one of the table's first ``count`` rows."""
    return st.builds(
        lambda place, day: {
            "row_id": f"{table}-back-{place}", "retracts": f"{table}-{place}", "recorded_on": day, "valid_from": day,
        },
        st.integers(0, count - 1),
        days(),
    )  # fmt: skip


def ledgers(definition: Definition | None = None) -> st.SearchStrategy[Tables]:
    """Small ledgers as typed Polars tables."""
    return ledger_rows(definition).map(lambda found: make_tables(definition, **found))


def recorded_by(tables: Tables, day: date) -> Tables:
    """Only the rows recorded by a day."""
    return {name: frame.filter(pl.col("recorded_on") <= day) for name, frame in tables.items()}
