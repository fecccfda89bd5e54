"""What is wrong with a row of a request: where it stands and what was wanted, never what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from features.definition import Column, Definition, Label, Language, Table
from features.definition.structure import CLOSES, OPENS, RECORDED_ON, RETRACTS
from serving.service.row_models import columns_of, wanted

_SHOWN = 64

_REQUIRED = Label("必填", "a value")
_KNOWN_FIELD = Label("台账定义中的字段", "a column of the ledger definition")
_OBJECT = Label("一个 JSON 对象", "a JSON object")
_NOT_LATER = Label("不晚于登记日期", f"not after '{RECORDED_ON}'")
_NOT_BEFORE = Label("不早于发现日期", f"not before '{OPENS}'")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the table, the place of the row in it from 0, the column, the rule broken and what was wanted."""

    table: str
    row: int
    field: str | None
    rule: str
    wanted: Label

    def answer(self, language: Language) -> dict[str, Any]:
        """The fault as JSON values."""
        return {
            "table": self.table, "row": self.row, "field": self.field, "rule": self.rule,
            "wanted": self.wanted.text(language),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowRules:
    """The rules of one table of a definition, and its faults in words."""

    definition: Definition
    table: Table

    def of_error(self, place: int, error: ValidationError) -> Iterator[Fault]:
        """The faults pydantic found in a row."""
        columns = columns_of(self.table)
        for found in error.errors(include_input=False, include_context=False, include_url=False):
            name = str(found["loc"][0])[:_SHOWN] if found["loc"] else None
            if name is None:
                yield Fault(self.table.name, place, None, "object", _OBJECT)
            elif found["type"] == "missing":
                yield Fault(self.table.name, place, name, "required", _REQUIRED)
            elif name not in columns:
                yield Fault(self.table.name, place, name, "unknown field", _KNOWN_FIELD)
            else:
                yield Fault(self.table.name, place, name, "value", wanted(columns[name], self.definition))

    def of_row(self, place: int, row: Mapping[str, Any]) -> Iterator[Fault]:
        """The faults between the columns of a row: what is missing unless it retracts, and the order of dates."""
        retracts = row[RETRACTS] is not None
        for column in columns_of(self.table).values():
            value = row[column.name]
            if value is None:
                if column.required and not retracts:
                    yield Fault(self.table.name, place, column.name, "required", _REQUIRED)
            elif _too_late(column, value, row):
                yield Fault(self.table.name, place, column.name, "order", _NOT_LATER)
        closes, opens = row.get(CLOSES), row.get(OPENS)
        if closes is not None and opens is not None and closes < opens:
            yield Fault(self.table.name, place, CLOSES, "order", _NOT_BEFORE)


def _too_late(column: Column, value: Any, row: Mapping[str, Any]) -> bool:  # noqa: ANN401 - a value of any column
    return column.type == "date" and not column.future and bool(value > row[RECORDED_ON])
