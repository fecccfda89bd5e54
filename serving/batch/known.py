"""A county's ledger as known on a day, cut once for everything that reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition import Definition
from features.definition.structure import ASSIGNMENTS, CHILDREN, HOUSEHOLDS, RECORDED_ON
from features.known import HOME, Cut, known_rows, latest_rows
from features.state import child_state

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class KnownCounty:
    """What was known of a county, of some households of it, or of several counties together, on a day.

    ``tables`` hold the known rows, without what lists say; ``latest`` of the events only the last row of each, and of
    states all that are known; ``all_children`` every row of the children's table, known since or taken back; ``state``
    the state of every child that lives in the county; ``newest`` by county the last day on which anything was recorded.
    """

    county: str
    as_of: dt.date
    tables: Tables
    latest: Tables
    all_children: pl.DataFrame
    state: pl.DataFrame
    newest: Mapping[str, dt.date | None]

    @classmethod
    def of(cls, tables: Tables, county: str, definition: Definition, as_of: dt.date) -> KnownCounty:
        """Cut the tables of a county's ledger at a day."""
        known = known_tables(tables, as_of)
        state: pl.DataFrame = child_state(known, definition, as_of, county=county)
        latest = latest_tables(known, definition, as_of)
        return cls(county, as_of, known, latest, tables[CHILDREN], state, {county: newest_recorded(known)})

    @classmethod
    def together(cls, parts: Mapping[str, Tables], definition: Definition, as_of: dt.date) -> KnownCounty:
        """Cut the tables of several counties at a day and hold them as one, the county of each child in ``HOME``.

        Args:
            parts: the tables of each county; no two counties have a child, a household or an event in common.
            definition: the ledger definition.
            as_of: the day whose knowledge counts.
        """
        held = [_with_home(tables, county) for county, tables in parts.items()]
        # Row numbers are a county's own: which rows are taken back is seen county by county.
        known = [known_tables(tables, as_of) for tables in held]
        whole = {name: pl.concat([tables[name] for tables in known]) for name in known[0]}
        every = pl.concat([tables[CHILDREN] for tables in held])
        newest = {county: newest_recorded(tables) for county, tables in zip(parts, known, strict=True)}
        state: pl.DataFrame = child_state(whole, definition, as_of)
        return cls("", as_of, whole, latest_tables(whole, definition, as_of), every, state, newest)

    @property
    def with_all_children(self) -> Tables:
        """``latest``, but of the children every row: a correction must not make a child known later."""
        return Cut({**self.latest, CHILDREN: self.all_children}, self.as_of, states=False)

    def newest_recorded(self) -> dt.date | None:
        """The last day, up to the day itself, on which anything was recorded; None when nothing was."""
        return max((day for day in self.newest.values() if day is not None), default=None)


def known_tables(tables: Tables, as_of: dt.date) -> dict[str, pl.DataFrame]:
    """The rows of each table known on a day, without what lists say."""
    return {name: known_rows(rows, as_of).to_native() for name, rows in tables.items() if name != ASSIGNMENTS}


def latest_tables(known: Tables, definition: Definition, as_of: dt.date) -> Tables:
    """Known rows, of the events only the last row of each."""
    events = [name for name in known if name not in (CHILDREN, HOUSEHOLDS)]
    latest = {name: latest_rows(known[name], definition.tables[name].key).to_native() for name in events}
    return Cut({**known, **latest}, as_of)


def newest_recorded(tables: Tables) -> dt.date | None:
    """The last day on which any of the rows was recorded; None when there are none."""
    days = [rows[RECORDED_ON].max() for rows in tables.values()]
    return max((day for day in days if isinstance(day, dt.date)), default=None)


def _with_home(tables: Tables, county: str) -> Tables:
    return {**tables, CHILDREN: tables[CHILDREN].with_columns(pl.lit(county).alias(HOME))}
