"""Ledger rows of a few households as plain mappings, and what of them was known on a day.

A row maps column to value; every date is a day number (days since 1970-01-01), as inside the operators, and a column
that is not known may be missing. The rules are those of ``features.known``, ``features.state`` and the operators'
``rows``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from features.definition.model import Definition
from features.definition.structure import RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM
from features.known import day_number

Row = Mapping[str, Any]
Rows = Sequence[Row]
Tables = Mapping[str, Rows]

_BOOK_DATES = (VALID_FROM, RECORDED_ON)


def plain_rows(tables: Mapping[str, Iterable[Row]], definition: Definition) -> dict[str, list[dict[str, Any]]]:
    """The rows with dates as day numbers; a table that is not given is empty."""
    plain = {}
    for name, table in definition.tables.items():
        dates = [*_BOOK_DATES, *(column.name for column in table.columns.values() if column.type == "date")]
        plain[name] = [_plain(row, dates) for row in tables.get(name, ())]
    return plain


def known(rows: Rows, day: int | date) -> list[Row]:
    """The rows recorded and valid by a day and not taken back by then, without the retractions themselves.

    ``day`` is a day number as the dates of the rows, or a date where theirs are dates.
    """
    recorded = [row for row in rows if row[RECORDED_ON] <= day]
    taken_back = {row[RETRACTS] for row in recorded if row.get(RETRACTS) is not None}
    return [
        row
        for row in recorded
        if row.get(RETRACTS) is None and row[VALID_FROM] <= day and row[ROW_ID] not in taken_back
    ]


def latest(rows: Iterable[Row], key: Sequence[str]) -> dict[tuple[Any, ...], Row]:
    """The last row of each key by ``valid_from``, then ``recorded_on``, then ``row_id``."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        name = tuple([row.get(part) for part in key])
        kept = found.get(name)
        if kept is None or succession(row) > succession(kept):
            found[name] = row
    return found


def history(rows: Iterable[Row], key: str) -> dict[Any, list[Row]]:
    """The states of each key in order, one per ``valid_from``: of two about one day the later recorded is right."""
    found: dict[Any, list[Row]] = {}
    for row in sorted(rows, key=succession):
        states = found.setdefault(row[key], [])
        if states and states[-1][VALID_FROM] == row[VALID_FROM]:
            states.pop()
        states.append(row)
    return found


def succession(row: Row) -> tuple[int, int, str]:
    """What rows of one key are ordered by."""
    return (row[VALID_FROM], row[RECORDED_ON], row[ROW_ID])


def _plain(row: Row, dates: Iterable[str]) -> dict[str, Any]:
    made = dict(row)
    for name in dates:
        value = made.get(name)
        if isinstance(value, date):
            made[name] = day_number(value)
    return made
