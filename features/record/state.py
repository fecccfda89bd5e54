"""The state of the children of a few households on a day, and which of them belong to the cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from features.cohort import Cohort, years_before
from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, REFUSED_ON, REGION, VALID_FROM
from features.known import day_number
from features.record.gather import holds
from features.record.rows import Row, Rows, Tables, history, known
from features.state import HOUSEHOLD_VALID_FROM

Histories = Mapping[str, Mapping[Any, Rows]]

_KEYS = {CHILDREN: CHILD, HOUSEHOLDS: HOUSEHOLD}


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of a few households on a day.

    ``rows`` holds the known rows of every table; ``histories`` the states of each child and household in order;
    ``state`` the last state of each child (with its household's columns, as in ``features.state``), by child;
    ``cohort`` the children of it that are scored, sorted.
    """

    as_of: date
    rows: Tables
    histories: Histories
    state: Mapping[str, Row]
    cohort: tuple[str, ...]

    @staticmethod
    def read(tables: Tables, definition: Definition, cohort: Cohort, as_of: date, county: str) -> Known:
        """Read the rows (dates as day numbers) as known on ``as_of``; households of another county fall out."""
        day = day_number(as_of)
        rows = {name: known(tables.get(name, ()), day) for name in definition.tables}
        histories = {table: history(rows[table], key) for table, key in _KEYS.items()}
        state = _state(histories, definition, county)
        members = tuple(child for child, row in state.items() if _belongs(row, cohort, as_of))
        return Known(as_of, rows, histories, state, members)


def _state(histories: Histories, definition: Definition, county: str) -> dict[str, Row]:
    own = definition.tables[CHILDREN].columns
    added = [name for name in definition.tables[HOUSEHOLDS].columns if name not in own]
    found: dict[str, Row] = {}
    for child, states in sorted(histories[CHILDREN].items()):
        homes = histories[HOUSEHOLDS].get(states[-1][HOUSEHOLD])
        home: Row = homes[-1] if homes else {}
        row = dict(states[-1]) | {name: home.get(name) for name in added} | {HOUSEHOLD_VALID_FROM: home.get(VALID_FROM)}
        if REFUSED_ON in own:
            row[REFUSED_ON] = min((day for one in states if (day := one.get(REFUSED_ON)) is not None), default=None)
        if row[REGION] is None or row[REGION].startswith(county):
            found[child] = row
    return found


def _belongs(row: Row, cohort: Cohort, as_of: date) -> bool:
    if not holds(cohort.conditions, row):
        return False
    if cohort.birth_column is None or cohort.age_below is None:
        return True
    born = row.get(cohort.birth_column)
    return born is None or bool(born > day_number(years_before(as_of, cohort.age_below)))
