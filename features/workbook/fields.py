"""The fields a workbook may fill: columns of the ledger, and what says who a person is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.definition import Column, Definition, Label
from features.definition.model import ColumnType
from features.definition.structure import CHILD, CHILDREN, HOUSEHOLD, HOUSEHOLDS, RECORDED_ON, VALID_FROM
from features.identity.definition import FieldKind, IdentityDefinition
from features.ledger.contracts import BOOKKEEPING, all_columns

PLACES = ("place_county", "place_township", "place_village")
"""Where a child lives in names, from the widest; together they become a region code."""
PLACE_LABELS = dict(
    zip(
        PLACES,
        (Label("县名", "county by name"), Label("乡镇名", "township by name"), Label("村名", "village by name")),
        strict=True,
    )
)

FieldType = ColumnType | Literal["name", "id_number", "phone", "address", "identifier", "place"]
_IDENTITY_TYPES: Mapping[FieldKind, FieldType] = {
    "name": "name", "id_number": "id_number", "phone": "phone", "address": "address", "number": "identifier",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a column of a workbook may say. ``column`` is that of the ledger, or None for who a person is.

    ``codes`` are the words of a category as the ledger keeps them.
    """

    name: str
    type: FieldType
    label: Label
    column: Column | None = None
    codes: tuple[str, ...] = ()

    @property
    def personal(self) -> bool:
        """Whether its values say who somebody is, so that none may be shown."""
        return self.column is None


def register_fields(definition: Definition, identity: IdentityDefinition) -> dict[str, Field]:
    """Every field of a register: the child with its household, one row a child. Pseudonyms are made, never sent."""
    fields = {
        name: Field(name, _IDENTITY_TYPES[declared.kind], declared.label) for name, declared in identity.fields.items()
    }
    for table in (HOUSEHOLDS, CHILDREN):
        for column in definition.tables[table].columns.values():
            if column.name not in (CHILD, HOUSEHOLD):
                fields[column.name] = _of_column(column, definition)
    for column in BOOKKEEPING:
        if column.name in (VALID_FROM, RECORDED_ON):
            fields[column.name] = _of_column(column, definition)
    for name, label in PLACE_LABELS.items():
        fields[name] = Field(name, "place", label)
    return fields


def table_fields(definition: Definition, table: str) -> dict[str, Field]:
    """Every field of a sheet that is a ledger table itself."""
    return {column.name: _of_column(column, definition) for column in all_columns(definition.tables[table])}


def _of_column(column: Column, definition: Definition) -> Field:
    return Field(column.name, column.type, column.label, column, definition.code_values(column))
