"""The manifest of a ledger store: the one file that says what is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from features.definition import Definition
from features.ledger.contracts import table_schema

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table of one county as it lies in the store. ``file`` is relative to the store's folder."""

    file: str
    rows: int
    sha256: str
    first_valid: date | None
    last_recorded: date | None
    simulated_rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the store holds: the definition it was made with, the columns of its tables, and every file.

    ``decisions`` are the columns of the tables of what people decided, once there are rows of them.
    """

    definition_name: str
    definition_version: str
    definition_hash: str
    columns: Mapping[str, Mapping[str, str]]
    counties: Mapping[str, Mapping[str, StoredTable]]
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether the rows are made by the simulator."""
        return any(table.simulated_rows for tables in self.counties.values() for table in tables.values())

    @classmethod
    def blank(cls, definition: Definition) -> Manifest:
        """The manifest of a store without counties."""
        columns = {name: schema_words(definition, name) for name in definition.tables}
        return cls(definition.name, definition.version, definition.ledger_hash, columns, {})

    def holding(self, definition: Definition, tables: Collection[str]) -> Manifest:
        """The manifest of a store that holds rows of these tables too."""
        added = {name: schema_words(definition, name) for name in definition.decisions if name in tables}
        return replace(self, decisions={**self.decisions, **added})

    def to_json(self) -> str:
        """The manifest as written: counties and tables sorted, so that the same content gives the same bytes."""
        counties = {county: dict(sorted(tables.items())) for county, tables in sorted(self.counties.items())}
        content = {"format": FORMAT, "simulated": self.simulated, **asdict(replace(self, counties=counties))}
        if not self.decisions:
            del content["decisions"]
        return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read what ``to_json`` wrote; ValueError, KeyError or TypeError when it is something else."""
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise ValueError(f"format {raw['format']}")
        counties = {
            county: {name: _stored_table(table) for name, table in tables.items()}
            for county, tables in raw["counties"].items()
        }
        named = (raw["definition_name"], raw["definition_version"], raw["definition_hash"], raw["columns"])
        return cls(*named, counties, raw.get("decisions", {}))


def schema_words(definition: Definition, name: str) -> dict[str, str]:
    """The columns of a table and their types as a manifest writes them."""
    return {column: str(kind) for column, kind in table_schema(definition, name).items()}


def _stored_table(raw: Mapping[str, Any]) -> StoredTable:
    days = {name: date.fromisoformat(raw[name]) if raw[name] else None for name in ("first_valid", "last_recorded")}
    return StoredTable(**{**raw, **days})


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
