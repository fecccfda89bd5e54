"""The ledger store: Parquet by county under one manifest, which alone says what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import (
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    REGION,
    VALID_FROM,
)
from features.ledger.contracts import POLARS_TYPES, empty_table
from features.ledger.manifest import MANIFEST, Manifest, StoredTable, schema_words, sha256_of

_RESTORE = "restore the ledger folder from a copy, or import again"


@dataclass(frozen=True, slots=True)
class CountyLedger:
    """Every table of facts of one county, typed; a table without rows is there, empty."""

    county: str
    tables: Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class LedgerStore:
    """A ledger store as it was when it was opened; a later import does not change what this reads."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> LedgerStore:
        """Open a store for reading. UserError when there is none or its manifest cannot be read."""
        path = folder / MANIFEST
        try:
            return cls(folder, Manifest.from_json(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UserError(
                f"{folder}: no ledger there", "import one with: mopai ledger import SOURCE --ledger " + str(folder)
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: not the manifest of a ledger", _RESTORE) from error

    @property
    def simulated(self) -> bool:
        """Whether the rows are made by the simulator."""
        return self.manifest.simulated

    @property
    def definition_name(self) -> str:
        """Name of the ledger definition the rows were checked against."""
        return self.manifest.definition_name

    @property
    def definition_version(self) -> str:
        """Version of that definition."""
        return self.manifest.definition_version

    @property
    def definition_hash(self) -> str:
        """Hash of the part of that definition that stored rows depend on (``Definition.ledger_hash``)."""
        return self.manifest.definition_hash

    def require(self, definition: Definition) -> None:
        """Refuse to go on with another definition than the one the rows were checked against."""
        ours = (self.definition_name, self.definition_version, self.definition_hash)
        decided = all(
            name in definition.decisions and schema_words(definition, name) == dict(columns)
            for name, columns in self.manifest.decisions.items()
        )
        if not decided or ours != (definition.name, definition.version, definition.ledger_hash):
            raise UserError(
                f"{self.folder}: holds rows of the definition '{self.definition_name}' {self.definition_version}, "
                f"not of '{definition.name}' {definition.version} as it is now",
                "give the definition the ledger was made with, or import into another --ledger",
            )

    def counties(self, region: str = "") -> tuple[str, ...]:
        """Codes of the counties in a region, sorted; a region longer than a county's code gives its county."""
        return tuple(sorted(code for code in self.manifest.counties if code.startswith(region[:COUNTY_DIGITS])))

    def rows(self, county: str) -> dict[str, int]:
        """Number of rows by table of one county."""
        return {name: stored.rows for name, stored in self._tables_of(county).items()}

    def read(self, county: str, tables: Sequence[str] | None = None) -> CountyLedger:
        """Read a county's tables (all, or those named). UserError names a file that is missing or damaged."""
        held = self._tables_of(county)
        names = self.manifest.columns if tables is None else tables
        return CountyLedger(county, {name: self._read_table(name, held) for name in names})

    def read_decisions(self, county: str, definition: Definition) -> Mapping[str, pl.DataFrame]:
        """What people decided in a county, by table; empty and typed where the ledger holds none (yet)."""
        held = self._tables_of(county)
        return {
            name: self._read_table(name, held) if name in held else empty_table(definition, name)
            for name in definition.decisions
        }

    def scan(self, county: str, table: str) -> pl.LazyFrame:
        """One table of one county, read only as far as it is used."""
        held = self._tables_of(county)
        if table not in held:
            return self._read_table(table, held).lazy()
        return pl.scan_parquet(self.folder / held[table].file)

    def content_hash(self) -> str:
        """sha256 over the facts: the same rows give the same hash, in whatever steps they came.

        What people decided does not count: no model and no score was made from it.
        """
        lines = [
            f"{county}/{name} {stored.sha256}"
            for county, tables in sorted(self.manifest.counties.items())
            for name, stored in sorted(tables.items())
            if name in self.manifest.columns
        ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def find_child(self, child_id: str) -> str | None:
        """The county a child lives in, after all its moves; None when no county knows the child."""
        homes = [
            (row[RECORDED_ON], row[REGION] is not None and row[REGION].startswith(county), county)
            for county in self.counties()
            if (row := self._last_home(county, child_id)) is not None
        ]
        at_home = [home for home in homes if home[1]] or homes
        return max(at_home)[2] if at_home else None

    def _last_home(self, county: str, child_id: str) -> dict[str, Any] | None:
        """The last row of the child's household in a county."""
        child = self._look_up(county, CHILDREN, CHILD, child_id)
        if child.is_empty():
            return None
        household = child[HOUSEHOLD].drop_nulls()[-1]
        homes = self._look_up(county, HOUSEHOLDS, HOUSEHOLD, household)
        return homes.filter(pl.col(REGION).is_not_null()).row(-1, named=True)

    def _look_up(self, county: str, table: str, column: str, value: str) -> pl.DataFrame:
        """The rows of a table that hold a value, oldest first."""
        try:
            return self.scan(county, table).filter(pl.col(column) == value).sort(VALID_FROM, RECORDED_ON).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise UserError(
                f"{self.folder}: {table} of county {county} missing or damaged", "find it: mopai ledger show --verify"
            ) from error

    def _tables_of(self, county: str) -> Mapping[str, StoredTable]:
        if county not in self.manifest.counties:
            raise UserError(
                f"{self.folder}: no county '{county}'", f"it holds: {', '.join(self.counties()) or 'no county yet'}"
            )
        return self.manifest.counties[county]

    def _read_table(self, name: str, held: Mapping[str, StoredTable]) -> pl.DataFrame:
        columns = {**self.manifest.columns, **self.manifest.decisions}
        if name not in columns:
            raise UserError(f"{self.folder}: no table '{name}'", f"use one of: {', '.join(columns)}")
        types = {str(kind): kind for kind in POLARS_TYPES.values()}
        schema = {column: types[kind] for column, kind in columns[name].items()}
        if name not in held:
            return pl.DataFrame(schema=schema)
        path = self.folder / held[name].file
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise UserError(
                f"{path}: missing", "a newer import may have replaced it: run again; if it stays missing, import again"
            ) from error
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}", _RESTORE) from error
        if hashlib.sha256(content).hexdigest() != held[name].sha256:
            raise UserError(f"{path}: damaged", _RESTORE)
        frame = pl.read_parquet(content)
        if frame.columns != list(schema) or dict(frame.schema) != schema:
            raise UserError(f"{path}: not the columns the manifest speaks of", _RESTORE)
        return frame


def verify(store: LedgerStore) -> None:
    """Read every file of a store and compare its sha256 with the manifest; UserError names the first that differs."""
    for tables in store.manifest.counties.values():
        for stored in tables.values():
            path = store.folder / stored.file
            if not path.is_file() or sha256_of(path) != stored.sha256:
                raise UserError(f"{path}: missing or damaged", _RESTORE)
