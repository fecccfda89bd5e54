"""The children of a household in the order people speak of them: those on file, the eldest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from features.definition import Definition
from features.definition.structure import CHILD, FILE_STATUS
from features.record.rows import Row


def in_use(rows: Iterable[Row], definition: Definition) -> list[Row]:
    """Those whose files are in use: who moved away or died is not asked after."""
    codes = definition.roles.get("active_file_status", ())
    return [row for row in rows if not codes or row.get(FILE_STATUS) in codes]


def eldest_first(rows: Iterable[Row], definition: Definition) -> list[str]:
    """Children in the order of their birth; those without a date last."""
    born = definition.cohort.get("birth_column", "")
    return [row[CHILD] for row in sorted(rows, key=lambda row: (row.get(born) or date.max, row[CHILD]))]
