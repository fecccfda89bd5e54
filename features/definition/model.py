"""The ledger definition as frozen domain words: what a table holds, what a column may say.

A definition is data (TOML). Another province, or another visiting service altogether, is another folder of the
same files; nothing in the code names a column of a definition except the structural keys in ``structure``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Language = Literal["zh", "en"]
ColumnType = Literal["string", "date", "category", "categories", "integer", "number", "boolean"]
TableKind = Literal["state", "event"]


@dataclass(frozen=True, slots=True)
class Label:
    """A word in both languages the product speaks."""

    zh: str
    en: str

    def text(self, language: Language) -> str:
        """The word in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class VisitHelp:
    """What a visitor might ask about and bring where a need in a support domain is likely."""

    ask: tuple[Label, ...] = ()
    bring: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table may hold.

    ``codes`` names the code list of a category column; ``minimum`` and ``maximum`` are inclusive, in the column's
    own unit; ``references`` names the table whose key the value must exist in; ``future`` says that a date may lie
    after the day the row was recorded.
    """

    name: str
    type: ColumnType
    label: Label
    required: bool = False
    codes: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    references: str | None = None
    protected: bool = False
    purpose: str = ""
    future: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the ledger. ``state`` rows succeed each other per key; ``event`` rows happen once."""

    name: str
    kind: TableKind
    key: tuple[str, ...]
    label: Label
    purpose: str
    columns: Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole ledger definition: its tables, code lists, support domains and declared features.

    ``features`` holds the raw declarations of ``features.toml`` (order kept) and ``feature_settings`` its other
    sections; ``features.definition.feature`` turns them into feature specifications. ``cohort`` is the raw
    ``[cohort]`` of ``ledger.toml``, read by ``features.cohort``, and ``audit`` its ``[audit]``, read by
    ``features.definition.groups``. ``simple_orders`` is its raw ``[simple_orders]``: the orders an office could make by
    hand, read by ``training.simple_orders``. ``decisions`` are the tables of what people decided about the places of a
    list: stored with the ledger, but no facts, so no feature can name one and neither hash covers them; a ledger made
    before there were any is whole without them. ``hash`` is the sha256 of the parsed content: comments
    and layout do not change it. ``ledger_hash`` covers only what stored rows depend on (tables, columns, codes,
    limits), so that a new label or feature leaves a stored ledger usable. Dates outside ``dates_from`` to
    ``dates_to`` are refused. ``visit_help`` has an entry for every domain.
    """

    name: str
    version: str
    label: Label
    purpose: str
    roles: Mapping[str, tuple[str, ...]]
    domains: Mapping[str, Label]
    visit_help: Mapping[str, VisitHelp]
    severities: Mapping[int, Label]
    codes: Mapping[str, Mapping[str, Label]]
    tables: Mapping[str, Table]
    decisions: Mapping[str, Table]
    cohort: Mapping[str, Any]
    audit: Mapping[str, Any]
    simple_orders: Mapping[str, Any]
    features: Mapping[str, Mapping[str, Any]]
    feature_settings: Mapping[str, Any]
    hash: str
    ledger_hash: str
    dates_from: date
    dates_to: date

    def code_values(self, column: Column) -> tuple[str, ...]:
        """The values a category column may hold, in the order of the definition."""
        return tuple(self.codes[column.codes]) if column.codes else ()

    @property
    def stored_tables(self) -> Mapping[str, Table]:
        """Every table a ledger may hold: the facts, then what people decided."""
        return {**self.tables, **self.decisions}

    @property
    def protected_columns(self) -> tuple[tuple[str, str], ...]:
        """(table, column) of everything kept for the audit and barred from the model's inputs."""
        return tuple(
            (table.name, column.name)
            for table in self.tables.values()
            for column in table.columns.values()
            if column.protected
        )
