"""Reads the rows of one ledger table of a request: all at once where they are in order, else each by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from features.definition import Column, Definition, Table
from features.definition.structure import CLOSES, OPENS, RECORDED_ON, RETRACTS, ROW_ID
from features.record.rows import Row
from serving.service.faults import NOT_BEFORE, NOT_LATER, REQUIRED, Fault, faults_of
from serving.service.row_models import columns_of, row_model


@dataclass(frozen=True, slots=True)
class TableReader:
    """What a row of one table must satisfy by itself; made once.

    ``required`` columns are needed unless the row takes another back; ``past`` dates lie no later than the day of
    record; ``..._of`` take their values out of a row; ``references`` maps a column to the table whose key it names.
    """

    definition: Definition
    table: Table
    model: type[BaseModel]
    models: TypeAdapter[list[BaseModel]]
    required: tuple[str, ...]
    required_of: itemgetter[Any]
    past: tuple[str, ...]
    past_of: itemgetter[Any]
    references: Mapping[str, str]

    @staticmethod
    def of(definition: Definition, table: Table) -> TableReader:
        """Make the reader of a table."""
        columns = columns_of(table).values()
        model = row_model(definition, table)
        return TableReader(
            definition,
            table,
            model,
            TypeAdapter(list[model]),  # type: ignore[valid-type]  # a type made at run time
            required := tuple(column.name for column in columns if column.required),
            _values_of(required),
            past := tuple(column.name for column in columns if _is_past(column)),
            _values_of(past),
            {column.name: column.references for column in columns if column.references is not None},
        )

    def read(self, sent: Sequence[Any]) -> tuple[dict[int, Row], list[Fault]]:
        """The rows in order by their place in the table, with dates as day numbers, and the faults of the others.

        Args:
            sent: what was sent as rows, any JSON.
        """
        try:
            parsed: Iterable[tuple[int, BaseModel]] = enumerate(self.models.validate_python(sent))
            faults: list[Fault] = []
        except ValidationError:
            parsed, faults = self._one_by_one(sent)
        rows: dict[int, Row] = {}
        for place, made in parsed:
            row = made.__dict__
            if row[ROW_ID] is None:
                row[ROW_ID] = f"sent {place:09d}"
            found = self._faults(place, row) if self._out_of_order(row) else ()
            if found:
                faults.extend(found)
            else:
                rows[place] = row
        return rows, faults

    def _one_by_one(self, sent: Sequence[Any]) -> tuple[list[tuple[int, BaseModel]], list[Fault]]:
        rows: list[tuple[int, BaseModel]] = []
        faults: list[Fault] = []
        for place, raw in enumerate(sent):
            try:
                rows.append((place, self.model.model_validate(raw)))
            except ValidationError as error:
                faults.extend(faults_of(error, place, self.table, self.definition))
        return rows, faults

    def _out_of_order(self, row: Mapping[str, Any]) -> bool:
        """Whether a row may have a fault between its columns; most have none, and this sees it sooner than a search."""
        recorded = row[RECORDED_ON]
        if [day for day in self.past_of(row) if day is not None and day > recorded]:
            return True
        return CLOSES in row or (None in self.required_of(row) and row[RETRACTS] is None)

    def _faults(self, place: int, row: Mapping[str, Any]) -> list[Fault]:
        """The faults between the columns of a row."""
        recorded, name = row[RECORDED_ON], self.table.name
        found = [
            Fault(name, place, column, "order", NOT_LATER)
            for column in self.past
            if row[column] is not None and row[column] > recorded
        ]
        if row[RETRACTS] is None:
            found += [
                Fault(name, place, column, "required", REQUIRED) for column in self.required if row[column] is None
            ]
        closes, opens = row.get(CLOSES), row.get(OPENS)
        if closes is not None and opens is not None and closes < opens:
            found.append(Fault(name, place, CLOSES, "order", NOT_BEFORE))
        return found


def _values_of(columns: Sequence[str]) -> itemgetter[Any]:
    """The values of some columns of a row; the day of record leads, so that there are always two and a tuple."""
    return itemgetter(RECORDED_ON, RECORDED_ON, *columns)


def _is_past(column: Column) -> bool:
    return column.type == "date" and not column.future and column.name != RECORDED_ON
