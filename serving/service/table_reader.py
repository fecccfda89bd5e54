"""Reads the rows of one ledger table of a request, each by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from features.definition import Column, Definition, Table
from features.definition.structure import CLOSES, OPENS, RECORDED_ON, RETRACTS, ROW_ID
from features.record.rows import Row
from serving.service.faults import NOT_BEFORE, NOT_LATER, REQUIRED, Fault, faults_of
from serving.service.row_models import columns_of, row_model


@dataclass(frozen=True, slots=True)
class TableReader:
    """What a row of one table must satisfy by itself; made once.

    ``required`` columns are needed unless the row takes another back; ``past`` dates lie no later than the day of
    record; ``references`` maps a column to the table whose key it names.
    """

    definition: Definition
    table: Table
    model: type[BaseModel]
    required: tuple[str, ...]
    past: tuple[str, ...]
    references: Mapping[str, str]

    @staticmethod
    def of(definition: Definition, table: Table) -> TableReader:
        """Make the reader of a table."""
        columns = columns_of(table).values()
        return TableReader(
            definition,
            table,
            row_model(definition, table),
            tuple(column.name for column in columns if column.required),
            tuple(column.name for column in columns if _is_past(column)),
            {column.name: column.references for column in columns if column.references is not None},
        )

    def read(self, place: int, raw: Any) -> tuple[Row, tuple[Fault, ...]]:  # noqa: ANN401 - any JSON
        """A row with dates as day numbers, or its faults.

        Args:
            place: the place of the row in its table, from 0.
            raw: what was sent as the row.
        """
        try:
            row = dict(self.model.model_validate(raw).__dict__)
        except ValidationError as error:
            return {}, tuple(faults_of(error, place, self.table, self.definition))
        if row[ROW_ID] is None:
            row[ROW_ID] = f"sent {place:09d}"
        return row, tuple(self._faults(place, row))

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


def _is_past(column: Column) -> bool:
    return column.type == "date" and not column.future and column.name != RECORDED_ON
