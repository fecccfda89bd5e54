"""Run a program over the ledger tables of one county: the cohort's state, then every pass joined to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, VALID_FROM
from features.frames import computed, deferred, plain, settle
from features.known import Frame, day_number, known_rows, latest_rows
from features.operators.program import Pass, Program
from features.operators.rows import (
    AGO,
    AS_OF,
    AS_OF_YEAR,
    PASSED,
    for_children,
    history,
    last_of_each,
    with_age,
    with_changes,
)
from features.state import in_county, join_state

_STATE_KEYS = {CHILDREN: CHILD, HOUSEHOLDS: HOUSEHOLD}


@dataclass(frozen=True, slots=True)
class County:
    """The ledger of one county as known on a day: its tables, the histories of its states, and its cohort's state."""

    tables: Mapping[str, IntoFrame]
    definition: Definition
    program: Program
    as_of: date
    histories: Mapping[str, Frame]
    cohort: Frame

    @staticmethod
    def read(
        tables: Mapping[str, IntoFrame], definition: Definition, program: Program, as_of: date, county: str
    ) -> County:
        """Read the states and choose the cohort; rows are sorted by child."""
        histories = {table: _history(tables, definition, program, table, as_of) for table in _STATE_KEYS}
        children, households = (deferred(last_of_each(histories[table], key)) for table, key in _STATE_KEYS.items())
        state = in_county(join_state(children, households), county)
        chosen = program.cohort.members(state, as_of).sort(CHILD)
        today = nw.lit(day_number(as_of)).alias(AS_OF), nw.lit(as_of.year).alias(AS_OF_YEAR)
        return County(tables, definition, program, as_of, histories, settle(chosen.with_columns(*today)))

    def gather(self, passes: Iterable[Pass], cohort: Frame) -> Frame:
        """The cohort with the measures of the passes as columns; null where a child or household has no rows."""
        for each in passes:
            cohort = cohort.join(each.gather(self._rows(each, cohort)), on=each.key, how="left")  # type: ignore[arg-type]
        return cohort

    def _rows(self, each: Pass, cohort: Frame) -> Frame:
        if each.source == "cohort":
            return cohort
        if each.source == "history":
            changed = tuple(dict.fromkeys(name for measure in each.measures for name in measure.changed))
            rows = deferred(with_changes(self.histories[each.table], each.key, changed))
            return in_window(with_age(rows, VALID_FROM, day_number(self.as_of)), each.oldest)
        return self._events(each)

    def _events(self, each: Pass) -> Frame:
        """The latest known rows of an event table with their age, one per child or household they count for."""
        dated = self.program.fact_dates[each.table]
        table = self.definition.tables[each.table]
        passed = [name.removeprefix(PASSED) for name in each.row_columns if name.startswith(PASSED)]
        spread = each.key == CHILD and HOUSEHOLD in table.columns
        wanted = [name for name in (*each.row_columns, *passed, dated.column) if name in table.columns]
        keys = (*table.key, each.key, *([HOUSEHOLD] if spread else []))
        rows = self._latest(each.table, (*keys, *wanted))
        if dated.via is not None:
            rows = self._dated_by(rows, each, dated.via, dated.column)
        aged = in_window(with_age(rows, dated.column, day_number(self.as_of), passed), each.oldest)
        return for_children(settle(aged), self.cohort.select(CHILD, HOUSEHOLD)) if spread else aged

    def _dated_by(self, rows: Frame, each: Pass, via: str, column: str) -> Frame:
        """Rows with the date, and other columns they are chosen by, of the table they belong to."""
        own = set(self.definition.tables[each.table].columns)
        added = [
            name for name in self.definition.tables[via].columns
            if name == column or (name in each.row_columns and name not in own)
        ]  # fmt: skip
        key = self.definition.tables[via].key
        dates = self._latest(via, (*key, *added)).select(*key, *added)
        return rows.join(dates, on=list(key), how="inner")  # type: ignore[arg-type]  # both are of one kind

    def _latest(self, table: str, columns: Iterable[str]) -> Frame:
        described = self.definition.tables[table]
        rows = plain(self.tables[table], described, columns)
        return latest_rows(known_rows(rows, self.as_of), described.key)


def in_window(rows: Frame, oldest: int) -> Frame:
    """The rows whose own date is neither after the as-of date nor ``oldest`` days or more before it."""
    return rows.filter((nw.col(AGO) >= 0) & (nw.col(AGO) < oldest))


def _history(
    tables: Mapping[str, IntoFrame], definition: Definition, program: Program, table: str, as_of: date
) -> Frame:
    extra = [
        name for each in program.passes if (each.source, each.table) == ("history", table) for name in each.row_columns
    ]
    columns = (*program.state_columns[table], *extra)
    rows = plain(tables[table], definition.tables[table], columns)
    return history(computed(known_rows(rows, as_of)), _STATE_KEYS[table])
