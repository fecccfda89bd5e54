"""Small ledgers from dict rows: a test writes the facts it is about and the rest takes plain defaults.

Example:
    tables = make_tables(
        children=[{"child_id": "c1", "guardian_type": "none"}],
        visits=[{"visited_on": date(2016, 5, 1), "met": False}],
    )

Rows that are not given do not exist, with one exception: a child's household is made when nobody gives it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from features.definition import Definition, Table, load_definition
from features.table import build_feature_table

Row = Mapping[str, Any]
Tables = dict[str, pl.DataFrame]

COUNTY = "520001"
VILLAGE = "520001001001"
START = date(2016, 1, 1)

POLARS_TYPES: Mapping[str, pl.DataType] = {
    "string": pl.String(), "category": pl.String(), "categories": pl.String(), "date": pl.Date(),
    "integer": pl.Int64(), "number": pl.Float64(), "boolean": pl.Boolean(),
}  # fmt: skip

BOOKKEEPING: Mapping[str, pl.DataType] = {
    "row_id": pl.String(), "valid_from": pl.Date(), "recorded_on": pl.Date(), "retracts": pl.String(),
    "source": pl.String(), "definition_version": pl.String(),
}  # fmt: skip

DEFAULTS: Mapping[str, Row] = {
    "households": {"household_id": "h1", "region_code": VILLAGE},
    "children": {
        "child_id": "c1", "household_id": "h1", "birth_date": date(2008, 1, 1), "file_status": "active",
    },
    "visits": {
        "visit_id": "v1", "household_id": "h1", "visited_on": date(2016, 6, 1), "purpose": "routine", "met": True,
    },
    "assessments": {"visit_id": "v1", "child_id": "c1", "seen": True},
    "findings": {
        "finding_id": "f1", "visit_id": "v1", "household_id": "h1", "child_id": "c1", "domain": "living",
        "severity": 2, "status": "open", "opens": date(2016, 6, 1),
    },
    "assignments": {
        "list_id": "l1", "household_id": "h1", "as_of": date(2016, 6, 1), "stratum": "random", "frame_size": 10,
        "inclusion_probability": 0.1, "drawn": True,
    },
}  # fmt: skip

_FACT_DATES = {"visits": "visited_on", "findings": "opens", "assignments": "as_of"}


@cache
def default_definition() -> Definition:
    """The definition that ships with the product, read once."""
    return load_definition()


def schema(table: Table) -> dict[str, pl.DataType]:
    """Polars types of a table in memory, bookkeeping last."""
    return {name: POLARS_TYPES[column.type] for name, column in table.columns.items()} | dict(BOOKKEEPING)


def make_tables(definition: Definition | None = None, **rows: Sequence[Row]) -> Tables:
    """Typed Polars tables of a small ledger; every table of the definition is there, maybe empty.

    A row's ``valid_from`` is by default its own date (a visit's day, a finding's opening, the day of an assessment's
    visit, else ``START``), ``recorded_on`` the same day, and ``row_id`` the table's name and the row's place.
    """
    definition = definition or default_definition()
    given = {name: list(rows.get(name, ())) for name in definition.tables}
    if unknown := set(rows) - set(given):
        raise ValueError(f"no such table: {', '.join(sorted(unknown))}")
    if "households" in given and "households" not in rows:
        wanted = dict.fromkeys(row.get("household_id", "h1") for row in given.get("children", ()))
        given["households"] = [{"household_id": household} for household in wanted]
    days = {
        row.get("visit_id", "v1"): row.get("visited_on", DEFAULTS["visits"]["visited_on"]) for row in given["visits"]
    }
    filled = {
        name: [_filled(name, row, place, days, definition) for place, row in enumerate(given[name])] for name in given
    }
    return {name: _frame(definition, table, filled[name]) for name, table in definition.tables.items()}


def definition_with(features: Mapping[str, Mapping[str, Any]], **settings: Any) -> Definition:
    """The default definition with other features; what is not given is made up (None: left out)."""
    plain = {"zh": "特征", "en": "feature", "says": {"zh": "{value}", "en": "{value}"}}
    base = default_definition()
    made = {
        name: {key: value for key, value in (plain | {"range": [0, 10]} | dict(raw)).items() if value is not None}
        for name, raw in features.items()
    }
    return replace(base, features=made, feature_settings={**base.feature_settings, **settings})


def feature_values(tables: Tables, definition: Definition, as_of: date) -> dict[str, dict[str, float | None]]:
    """Column -> child -> value (None: not known), computed by Polars and by pandas, which must agree."""
    ours = build_feature_table(tables, definition, as_of, county=COUNTY)
    theirs = build_feature_table(as_pandas(tables), definition, as_of, county=COUNTY)
    children = ours.frame["child_id"].to_list()
    assert children == theirs.frame["child_id"].to_list()
    np.testing.assert_array_equal(ours.matrix(), theirs.matrix())
    columns = zip(ours.contract.names, ours.matrix().T.tolist(), strict=True)
    return {
        name: {child: None if math.isnan(value) else value for child, value in zip(children, values, strict=True)}
        for name, values in columns
    }


def retraction(table: str, row_id: str, recorded_on: date, **columns: Any) -> dict[str, Any]:
    """A row that takes back the row of that number; it carries its key and nothing else."""
    own = {"row_id": f"{table}-retracts-{row_id}", "retracts": row_id}
    return own | {"recorded_on": recorded_on, "valid_from": recorded_on} | columns


def as_pandas(tables: Mapping[str, pl.DataFrame]) -> dict[str, pd.DataFrame]:
    """The same tables as a person would hold them in pandas: plain NumPy types, dates as datetime64."""
    return {name: frame.to_pandas() for name, frame in tables.items()}


def write_source(tables: Mapping[str, pl.DataFrame], folder: Path, county: str = COUNTY) -> Path:
    """Write the tables in the sender's layout, ``folder/<county>/<table>.parquet``, and return ``folder``."""
    target = folder / county
    target.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        frame.write_parquet(target / f"{name}.parquet")
    return folder


def _filled(name: str, row: Row, place: int, days: Mapping[str, date], definition: Definition) -> dict[str, Any]:
    known = set(definition.tables[name].columns)
    filled = {key: value for key, value in DEFAULTS.get(name, {}).items() if key in known} | dict(row)
    own = filled.get(_FACT_DATES.get(name, ""), START)
    valid_from = days.get(filled["visit_id"], START) if name == "assessments" else own
    book = {
        "row_id": f"{name}-{place}", "valid_from": valid_from, "recorded_on": filled.get("valid_from", valid_from),
        "retracts": None, "source": "test", "definition_version": definition.version,
    }  # fmt: skip
    return book | filled


def _frame(definition: Definition, table: Table, rows: Sequence[Row]) -> pl.DataFrame:
    types = schema(table)
    for row in rows:
        if unknown := set(row) - set(types):
            raise ValueError(f"{definition.name} {table.name}: no such column: {', '.join(sorted(unknown))}")
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types, orient="row")
