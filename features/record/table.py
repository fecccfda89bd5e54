"""The features of a few children without a data-frame engine: the same plans, values equal bit for bit.

A frame costs tens of milliseconds however few its rows; plain values cost about a millisecond per child.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from features.definition.model import Definition
from features.definition.structure import CHILDREN, HOUSEHOLDS, REGION, VALID_FROM
from features.known import day_number
from features.operators.plan import Formula, Measure
from features.operators.program import Program, program_of
from features.operators.rows import AS_OF, AS_OF_YEAR, KNOWN
from features.record.around import Around, ByKey, by_household
from features.record.cell import Cell, When
from features.record.gather import Gathering
from features.record.rows import Row, Tables
from features.record.state import Known
from features.state import HOUSEHOLD_VALID_FROM

Area = Mapping[str, Row]
Formulas = Sequence[tuple[str, Formula]]
_Working = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordTable:
    """The features of a few children on a day, sorted by child.

    ``matrix`` has the values in the order of the contract, shape (children, columns), NaN where not known; ``dates``
    by ledger table the day number of the newest known fact about each child, None where there is none; ``known`` what
    was known of their households.
    """

    children: tuple[str, ...]
    matrix: npt.NDArray[np.float32]
    dates: Mapping[str, Sequence[int | None]]
    known: Known


def record_table(tables: Tables, definition: Definition, as_of: date, *, county: str, area: Area) -> RecordTable:
    """The features of the cohort's children among a few households.

    Args:
        tables: all ledger rows of the households, dates as day numbers (``features.record.rows.plain_rows``).
        definition: the ledger definition with its features.
        as_of: the day the values speak for.
        county: the county's code; "" takes every household.
        area: the stored area table of that day by area; an area that is not in it is not known.

    Raises:
        DefinitionError: a feature cannot be computed as declared.
    """
    ready = _ready(program_of(definition))
    program = ready.program
    known = Known.read(tables, definition, program.cohort, as_of, county)
    around = Around.of(known, definition, program)
    rows = [_start(known.state[child], program, as_of, area) for child in known.cohort]
    for each in ready.passes:
        _add(each, rows, by_household(rows) if each.of.source == "cohort" else around.rows(each.of))
    _compute(ready.early_formulas, program, rows)
    for each in ready.late:
        _add(each, rows, by_household(rows))
    _compute(ready.late_formulas, program, rows)
    return RecordTable(known.cohort, _matrix(program, rows), _dates(program, rows), known)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A program with what is made of it once: its passes for plain rows, its formulas by column."""

    program: Program
    passes: tuple[Gathering, ...]
    late: tuple[Gathering, ...]
    early_formulas: Formulas
    late_formulas: Formulas


_kept: list[_Ready] = []


def _ready(program: Program) -> _Ready:
    """The program made ready; the last one is kept, since a process answers for one definition."""
    if not _kept or _kept[0].program is not program:
        _kept[:] = [
            _Ready(
                program,
                tuple(Gathering.of_pass(each) for each in program.passes),
                tuple(Gathering.of_pass(each) for each in program.late),
                program.formulas(late=False),
                program.formulas(late=True),
            )
        ]
    return _kept[0]


@dataclass(frozen=True, slots=True)
class _RowValues:
    """What formulas are written in, as the values of one child."""

    row: Row
    names: Mapping[Measure, str]

    def __call__(self, measure: Measure) -> Cell:
        return Cell(self.row[self.names[measure]])

    def col(self, name: str) -> Cell:
        return Cell(self.row.get(name))

    def lit(self, value: float) -> Cell:
        return Cell(value)

    def when(self, condition: Cell) -> When:
        return When(condition)


def _start(state: Row, program: Program, as_of: date, area: Area) -> _Working:
    """The state of a child with what its formulas read beside it."""
    coded = {KNOWN + name: state.get(name) is not None for name in program.coded}
    return {**area.get(state[REGION], {}), **state, **coded, AS_OF: day_number(as_of), AS_OF_YEAR: as_of.year}


def _add(each: Gathering, rows: Iterable[_Working], groups: ByKey) -> None:
    """Give every child the measures of a pass."""
    key = each.of.key
    gathered = {name: each.gather(found) for name, found in groups.items()}
    for row in rows:
        row.update(gathered.get(row[key], each.nothing))


def _compute(formulas: Formulas, program: Program, rows: Iterable[_Working]) -> None:
    """Give every child the values of some formulas, none of which reads another."""
    for row in rows:
        of = _RowValues(row, program.names)
        row.update({name: formula.expr(of).value for name, formula in formulas})


def _matrix(program: Program, rows: Sequence[Row]) -> npt.NDArray[np.float32]:
    names = [name for spec in program.specs for name in spec.columns]
    values = [[np.nan if (value := row[name]) is None else value for name in names] for row in rows]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(names)).astype(np.float32)


def _dates(program: Program, rows: Sequence[Row]) -> dict[str, list[int | None]]:
    own = {CHILDREN: VALID_FROM, HOUSEHOLDS: HOUSEHOLD_VALID_FROM}
    days = {table: [row[column] for row in rows] for table, column in own.items()}
    for table, column in program.dated.items():
        days[table] = [None if (ago := row[column]) is None else row[AS_OF] - int(ago) for row in rows]
    return days
