"""The rows each pass of a program gathers, by child or household, with their age in days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from features.definition.model import Definition
from features.definition.structure import CHILD, HOUSEHOLD, VALID_FROM
from features.known import day_number
from features.operators.passes import Pass
from features.operators.program import Program
from features.operators.rows import AGO, CHANGED, OF_HOUSEHOLD, PASSED
from features.record.rows import Row, Rows, latest
from features.record.state import Known

ByKey = dict[Any, list[Row]]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around the children of a cohort; ``latest`` are the last rows of the event tables by key."""

    known: Known
    definition: Definition
    program: Program
    latest: Mapping[str, Mapping[tuple[Any, ...], Row]]

    @staticmethod
    def of(known: Known, definition: Definition, program: Program) -> Around:
        """Read the event tables the program dates facts by."""
        read = {each.table for each in program.passes if each.source == "events"}
        read |= {dated.via for dated in program.fact_dates.values() if dated.via is not None}
        return Around(
            known, definition, program, {name: latest(known.rows[name], definition.tables[name].key) for name in read}
        )

    def rows(self, each: Pass) -> ByKey:
        """The rows of a pass over events or histories, none after the as-of date and none too old to take part."""
        found: ByKey = {}
        for row in self._events(each) if each.source == "events" else self._states(each):
            if 0 <= row[AGO] < each.oldest:
                found.setdefault(row[each.key], []).append(row)
        return found

    def _states(self, each: Pass) -> Iterable[Row]:
        """Every state with what changed since the one before: both known, and not the same."""
        day = day_number(self.known.as_of)
        changed = tuple(dict.fromkeys(name for measure in each.measures for name in measure.changed))
        for states in self.known.histories[each.table].values():
            before: Row = {}
            for row in states:
                flags = {CHANGED + name: _differs(row.get(name), before.get(name)) for name in changed}
                yield {**row, **flags, AGO: day - row[VALID_FROM]}
                before = row

    def _events(self, each: Pass) -> Iterable[Row]:
        day = day_number(self.known.as_of)
        column = self.program.fact_dates[each.table].column
        passed = [name.removeprefix(PASSED) for name in each.row_columns if name.startswith(PASSED)]
        for row in self._dated(each):
            reached = {PASSED + name: row.get(name) is not None and row[name] <= day for name in passed}
            yield from self._spread({**row, **reached, AGO: day - row[column]}, each)

    def _dated(self, each: Pass) -> Iterable[Row]:
        """The rows with the columns of the row of another table that dates them; without one they are left out."""
        rows: Rows = list(self.latest[each.table].values())
        via = self.program.fact_dates[each.table].via
        if via is None:
            return rows
        key, others = self.definition.tables[via].key, self.latest[via]
        paired = ((row, others.get(tuple([row.get(part) for part in key]))) for row in rows)
        return [{**other, **row} for row, other in paired if other is not None]

    def _spread(self, row: Row, each: Pass) -> Iterable[Row]:
        """An event of the whole household, where no child is named, counts for each of its children."""
        if each.key != CHILD or HOUSEHOLD not in self.definition.tables[each.table].columns:
            yield row
        elif row.get(CHILD) is not None:
            yield {**row, OF_HOUSEHOLD: False}
        else:
            for child in self.known.cohort:
                if self.known.state[child][HOUSEHOLD] == row[HOUSEHOLD]:
                    yield {**row, CHILD: child, OF_HOUSEHOLD: True}


def by_household(rows: Iterable[Row]) -> ByKey:
    """Rows of children by the household they live in."""
    found: ByKey = {}
    for row in rows:
        found.setdefault(row[HOUSEHOLD], []).append(row)
    return found


def _differs(now: object, before: object) -> bool:
    return now is not None and before is not None and now != before
