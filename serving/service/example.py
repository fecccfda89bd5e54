"""A request that can be sent as it is: one made-up family, from the definition alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

from features.cohort import Cohort
from features.definition import Column, Definition, Table
from features.definition.structure import (
    CHILDREN,
    COUNTY_DIGITS,
    FILE_STATUS,
    HOUSEHOLDS,
    RECORDED_ON,
    REGION,
    VALID_FROM,
    VILLAGE_DIGITS,
)

_DAY = dt.date(2018, 6, 30)
_KNOWN_FOR = dt.timedelta(days=365)
_VILLAGE = "520121100200"
_ACTIVE = "active_file_status"


def example_request(definition: Definition) -> dict[str, Any]:
    """One household with one child of the cohort, and whatever every row of them needs."""
    tables = {name: [_row(definition, definition.tables[name])] for name in (HOUSEHOLDS, CHILDREN)}
    return {"as_of": str(_DAY), "region": _VILLAGE[:COUNTY_DIGITS], "language": "en", **tables}


def _row(definition: Definition, table: Table) -> dict[str, Any]:
    known = str(_DAY - _KNOWN_FOR)
    columns = (column for column in table.columns.values() if column.required or _shown(column))
    return {column.name: _value(column, definition) for column in columns} | {VALID_FROM: known, RECORDED_ON: known}


def _value(column: Column, definition: Definition) -> Any:  # noqa: ANN401 - a value of any column
    if column.name == REGION:
        return _VILLAGE[:VILLAGE_DIGITS]
    if column.name == FILE_STATUS:
        return definition.roles[_ACTIVE][0]
    if column.type == "date":
        age = Cohort.of(definition).age_below or 2
        return str(_DAY.replace(year=_DAY.year - age // 2))
    if column.type == "category":
        return definition.code_values(column)[0]
    if column.type in ("integer", "number"):
        return column.minimum or 0
    return False if column.type == "boolean" else f"EXAMPLE-{column.name}"


def _shown(column: Column) -> bool:
    return column.type == "category" and not column.protected
