"""Run a program over the ledger tables of one county: the cohort's state, then every pass joined to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from features.definition.model import Definition
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, VALID_FROM
from features.frames import computed, deferred, plain, settle, with_all
from features.known import Frame, day_number, is_cut, known_rows, latest_rows
from features.operators.passes import Pass
from features.operators.program import Program
from features.operators.rows import (
    AGO,
    AS_OF,
    AS_OF_YEAR,
    KNOWN,
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
        """Read the states and choose the cohort."""
        known = {table: _plain(tables, definition, program, table) for table in _STATE_KEYS}
        if not is_cut(tables, as_of, states=True):
            known = {table: known_rows(rows, as_of) for table, rows in known.items()}
        histories = {table: history(computed(known[table]), key) for table, key in _STATE_KEYS.items()}
        children, households = (deferred(last_of_each(histories[table], key)) for table, key in _STATE_KEYS.items())
        state = in_county(join_state(children, households), county)
        today = (nw.lit(day_number(as_of)).alias(AS_OF), nw.lit(as_of.year).alias(AS_OF_YEAR))
        known_codes = [(~nw.col(name).is_null()).alias(KNOWN + name) for name in program.coded]
        chosen = settle(program.cohort.members(state, as_of).with_columns(*today, *known_codes))
        return County(tables, definition, program, as_of, histories, chosen)

    def gather(self, passes: Sequence[Pass], cohort: Frame) -> Frame:
        """The cohort with the measures of the passes as Float64 columns.

        A total is 0 for a child or household without rows; an extreme is null.
        """
        events = self._events(passes)
        for each in passes:
            rows = self._rows(each, cohort, events)
            cohort = cohort.join(each.gather(rows), on=each.key, how="left")  # type: ignore[arg-type]  # of one kind
        totals = [name for each in passes for name in each.totals]
        extremes = [name for each in passes for name in each.columns if name not in totals]
        return with_all(cohort, lambda words: _numbers(words, totals, extremes))

    def _rows(self, each: Pass, cohort: Frame, events: Mapping[str, Frame]) -> Frame:
        """The rows of a pass, none after the as-of date and none too old to take part."""
        if each.source == "cohort":
            return cohort
        if each.source == "history":
            changed = tuple(dict.fromkeys(name for measure in each.measures for name in measure.changed))
            rows = deferred(with_changes(self.histories[each.table], each.key, changed))
            return in_window(with_age(rows, VALID_FROM, day_number(self.as_of)), each.oldest)
        dated = self.program.fact_dates[each.table]
        rows = events[each.table]
        if dated.via is not None:
            rows = self._dated_by(rows, events[dated.via], each, dated.via)
        passed = [name.removeprefix(PASSED) for name in each.row_columns if name.startswith(PASSED)]
        aged = in_window(with_age(rows, dated.column, day_number(self.as_of), passed), each.oldest)
        whole = each.key == CHILD and HOUSEHOLD in self.definition.tables[each.table].columns
        return for_children(settle(aged), self.cohort.select(CHILD, HOUSEHOLD)) if whole else aged

    def _events(self, passes: Sequence[Pass]) -> dict[str, Frame]:
        """The latest known rows of the event tables the passes read, each table once."""
        read = dict.fromkeys(each.table for each in passes if each.source == "events")
        read |= dict.fromkeys(via for table in read if (via := self.program.fact_dates[table].via) is not None)
        found = {}
        for table in read:
            rows = _plain(self.tables, self.definition, self.program, table)
            if not is_cut(self.tables, self.as_of):
                known = computed(known_rows(rows, self.as_of))
                rows = deferred(latest_rows(known, self.definition.tables[table].key))
            found[table] = rows
        return found

    def _dated_by(self, rows: Frame, others: Frame, each: Pass, via: str) -> Frame:
        """Rows with the date, and other columns they are chosen by, of the rows of another table they belong to."""
        own = set(self.definition.tables[each.table].columns)
        key = self.definition.tables[via].key
        wanted = {self.program.fact_dates[each.table].column, *each.row_columns} - own
        added = [name for name in self.program.columns[via] if name in wanted]
        return rows.join(others.select(*key, *added), on=list(key), how="inner")  # type: ignore[arg-type]  # of one kind


def in_window(rows: Frame, oldest: int) -> Frame:
    """The rows whose own date is neither after the as-of date nor ``oldest`` days or more before it."""
    return rows.filter((nw.col(AGO) >= 0) & (nw.col(AGO) < oldest))


def _numbers(words: Any, totals: Sequence[str], extremes: Sequence[str]) -> list[Any]:  # noqa: ANN401 - a module
    """Measures as Float64 columns; a total of no rows is 0."""
    made = [words.col(*totals).cast(words.Float64).fill_null(0.0)] if totals else []
    return [*made, words.col(*extremes).cast(words.Float64)] if extremes else made


def _plain(tables: Mapping[str, IntoFrame], definition: Definition, program: Program, table: str) -> Frame:
    return plain(tables[table], definition.tables[table], program.columns[table])
