"""A county's ledger as known on a day, cut once for everything that reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition import Definition
from features.definition.structure import ASSIGNMENTS, CHILDREN, HOUSEHOLDS, RECORDED_ON
from features.known import known_rows, latest_rows
from features.state import child_state

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class KnownCounty:
    """What was known of a county, or of some households of it, on a day.

    ``tables`` hold the known rows, without what lists say; ``latest`` of the events only the last row of each, and of
    states all that are known; ``all_children`` every row of the children's table, known since or taken back; ``state``
    the state of every child that lives in the county.
    """

    county: str
    as_of: dt.date
    tables: Tables
    latest: Tables
    all_children: pl.DataFrame
    state: pl.DataFrame

    @classmethod
    def of(cls, tables: Tables, county: str, definition: Definition, as_of: dt.date) -> KnownCounty:
        """Cut the tables of a county's ledger at a day."""
        known = {name: known_rows(rows, as_of).to_native() for name, rows in tables.items() if name != ASSIGNMENTS}
        events = [name for name in known if name not in (CHILDREN, HOUSEHOLDS)]
        latest = {name: latest_rows(known[name], definition.tables[name].key).to_native() for name in events}
        state: pl.DataFrame = child_state(known, definition, as_of, county=county)
        return cls(county, as_of, known, known | latest, tables[CHILDREN], state)

    @property
    def with_all_children(self) -> Tables:
        """``latest``, but of the children every row: a correction must not make a child known later."""
        return {**self.latest, CHILDREN: self.all_children}

    def newest_recorded(self) -> dt.date | None:
        """The last day, up to the day itself, on which anything was recorded; None when nothing was."""
        days = [rows[RECORDED_ON].max() for rows in self.tables.values()]
        return max((day for day in days if isinstance(day, dt.date)), default=None)
