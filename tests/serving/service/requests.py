"""Requests made from a ledger's own rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from features.definition.structure import ASSIGNMENTS
from tests.builders import default_definition


def sent_rows(tables: Mapping[str, pl.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Ledger rows as a request holds them."""
    definition = default_definition()
    sent = {}
    for name, table in definition.tables.items():
        if name == ASSIGNMENTS:
            continue
        lists = [column.name for column in table.columns.values() if column.type == "categories"]
        names = [*table.columns, "valid_from", "recorded_on", "row_id", "retracts"]
        sent[name] = [_sent(row, lists) for row in tables[name].select(names).to_dicts()]
    return sent


def _sent(row: dict[str, Any], lists: list[str]) -> dict[str, Any]:
    made = {name: value for name, value in row.items() if value is not None}
    for name in lists:
        if name in made:
            made[name] = [code for code in made[name].split(";") if code]
    parsed: dict[str, Any] = json.loads(json.dumps(made, default=str))
    return parsed


def family(request: dict[str, Any], child: str) -> dict[str, Any]:
    """A request with the rows of one child's family alone."""
    homes = {row["household_id"] for row in request["children"] if row["child_id"] == child and "household_id" in row}
    people = {row["child_id"] for row in request["children"] if row.get("household_id") in homes}
    visits = {row["visit_id"] for row in request["visits"] if row.get("household_id") in homes}
    about = {
        name: [
            row
            for row in request[name]
            if row.get("household_id") in homes or row.get("child_id") in people or row.get("visit_id") in visits
        ]
        for name in ("households", "children", "visits", "assessments", "findings")
    }
    return {**{name: request[name] for name in ("as_of", "region", "language")}, **about}
