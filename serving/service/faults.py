"""What is wrong with a row of a request: where it stands and what was wanted, never what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from features.definition import Definition, Label, Language, Table
from features.definition.structure import OPENS, RECORDED_ON
from serving.service.row_models import columns_of, wanted

_SHOWN = 64

REQUIRED = Label("必填", "a value")
NOT_LATER = Label("不晚于登记日期", f"not after '{RECORDED_ON}'")
NOT_BEFORE = Label("不早于发现日期", f"not before '{OPENS}'")
OWN_NUMBER = Label("本表中不重复的编号", "a number no other row of this table has")
OTHER_NUMBER = Label("本表中另一行的编号", "the record number of a row in this table")
_KNOWN_FIELD = Label("台账定义中的字段", "a column of the ledger definition")
_OBJECT = Label("一个 JSON 对象", "a JSON object")


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


def faults_of(error: ValidationError, place: int, table: Table, definition: Definition) -> Iterator[Fault]:
    """The faults pydantic found in a row."""
    columns = columns_of(table)
    for found in error.errors(include_input=False, include_context=False, include_url=False):
        name = str(found["loc"][0])[:_SHOWN] if found["loc"] else None
        if name is None:
            yield Fault(table.name, place, None, "object", _OBJECT)
        elif found["type"] == "missing":
            yield Fault(table.name, place, name, "required", REQUIRED)
        elif name not in columns:
            yield Fault(table.name, place, name, "unknown field", _KNOWN_FIELD)
        else:
            yield Fault(table.name, place, name, "value", wanted(columns[name], definition))
