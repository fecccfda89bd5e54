"""What can be said of a row by itself: what is missing, out of range or impossible."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.definition import Column, Definition, Table
from features.definition.structure import CLOSES, DEFINITION_VERSION, OPENS, RECORDED_ON, RETRACTS
from features.ledger.contracts import all_columns
from features.ledger.faults import Check


def row_checks(table: Table, definition: Definition) -> list[Check]:
    """Every check of the rows of one table that needs no other row."""
    checks = [check for column in all_columns(table) for check in _column_checks(column, table, definition)]
    if {OPENS, CLOSES} <= table.columns.keys():
        checks.append(Check("order", CLOSES, pl.col(CLOSES) < pl.col(OPENS), f"not before '{OPENS}'"))
    version = pl.col(DEFINITION_VERSION) != definition.version
    checks.append(Check("version", DEFINITION_VERSION, version, definition.version, free_text=True))
    return checks


def _column_checks(column: Column, table: Table, definition: Definition) -> list[Check]:
    value = pl.col(column.name)
    checks: list[Check] = []
    if column.required or column.name in table.key:
        excused = pl.lit(value=False) if _always(column, table) else pl.col(RETRACTS).is_not_null()
        checks.append(Check("required", column.name, value.is_null() & ~excused, "a value"))
    if column.minimum is not None:
        checks.append(Check("range", column.name, value < column.minimum, f"at least {column.minimum:g}"))
    if column.maximum is not None:
        checks.append(Check("range", column.name, value > column.maximum, f"at most {column.maximum:g}"))
    if column.pattern is not None:
        wanted = f"text like {column.pattern}"
        checks.append(Check("pattern", column.name, ~value.str.contains(column.pattern), wanted, free_text=True))
    if column.type == "date":
        checks += _date_checks(column, definition.dates_from, definition.dates_to)
    return checks


def _always(column: Column, table: Table) -> bool:
    """Keys and dates of record are needed even in a row that takes another back."""
    return column.name in table.key or column.name not in table.columns


def _date_checks(column: Column, earliest: date, latest: date) -> list[Check]:
    value = pl.col(column.name)
    possible = f"a date from {earliest} to {latest}"
    checks = [Check("range", column.name, ~value.is_between(earliest, latest), possible)]
    if column.name != RECORDED_ON and not column.future:
        wanted = f"not after '{RECORDED_ON}'"
        checks.append(Check("order", column.name, value > pl.col(RECORDED_ON), wanted))
    return checks
