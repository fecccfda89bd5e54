"""The ledger folder as a source of facts: a county's tables stay in memory, so that a household is found at once.

Whatever a row gives or gave to the household is read whole, by its own number: a later row may give it to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import Definition, load_definition
from features.definition.structure import (
    ASSESSMENTS,
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    HOUSEHOLDS,
    RECORDED_ON,
    RETRACTS,
    ROW_ID,
    VISIT,
    VISITS,
)
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from features.record.rows import Row
from serving.review.cases.about import About
from serving.review.cases.sorted_rows import SortedRows
from serving.review.desk import Desk

# Tables and indexes kept at once: six of either of each of sixteen counties. A county of 3,000 children (9.02 M in
# 2,800 counties, 2016) takes some 10 MB.
_KEPT = 96


@dataclass(frozen=True, slots=True)
class LedgerTable:
    """A table of a county. ``taking`` holds the rows that take another back, by the number of that one.

    They are found by it because they need not name a household.
    """

    facts: SortedRows
    taking: Mapping[str, Sequence[Row]]
    newest: date | None

    @classmethod
    def read(cls, path: Path, key: str) -> LedgerTable:
        """Read a table and sort it by a key."""
        whole = _read(path)
        taking: dict[str, list[Row]] = {}
        for row in whole.filter(pl.col(RETRACTS).is_not_null()).to_dicts():
            taking.setdefault(row[RETRACTS], []).append(row)
        newest = whole[RECORDED_ON].max()
        facts = SortedRows.of(whole.filter(pl.col(RETRACTS).is_null()), key)
        return cls(facts, taking, newest if isinstance(newest, date) else None)

    def rows(self, values: Iterable[str]) -> list[Row]:
        """The rows of some values of the key, and those that take one of them back."""
        found = self.facts.rows(values)
        return found + [taken for row in found for taken in self.taking.get(row[ROW_ID], ())]


@dataclass(frozen=True, slots=True)
class LedgerSource:
    """One county of a ledger store."""

    store: LedgerStore
    definition: Definition
    county: str

    @property
    def newest(self) -> date | None:
        """The last day any child or visit of the county was recorded on."""
        days = [found.newest for name in (CHILDREN, VISITS) if (found := self._table(name)) is not None]
        return max((day for day in days if day is not None), default=None)

    def rows(self, about: About, tables: Sequence[str]) -> Mapping[str, Sequence[Row]]:
        """See ``Source``."""
        own = [about.household_id]
        people = {*about.children, *self._named(CHILDREN, HOUSEHOLD, own)}
        keys = {HOUSEHOLD: {*own}, CHILD: people}
        keys[FINDING] = {*about.findings, *self._named(FINDINGS, HOUSEHOLD, own), *self._named(FINDINGS, CHILD, people)}
        keys[VISIT] = {*about.visits, *self._named(VISITS, HOUSEHOLD, own), *self._named(ASSESSMENTS, CHILD, people)}
        keys[VISIT] |= _values(self._rows(FINDINGS, keys[FINDING]), VISIT)
        found = {name: self._rows(name, sorted(keys[self._key(name)])) for name in tables if name != HOUSEHOLDS}
        if HOUSEHOLDS in tables:
            elsewhere = [*self._rows(CHILDREN, people), *self._rows(VISITS, keys[VISIT])]
            found[HOUSEHOLDS] = self._rows(HOUSEHOLDS, sorted(_values(elsewhere, HOUSEHOLD) | keys[HOUSEHOLD]))
        return found

    def _named(self, name: str, column: str, values: Iterable[str]) -> set[str]:
        """The numbers of what rows of a table give to some values of a column."""
        held, key = self.store.manifest.counties[self.county].get(name), self._key(name)
        return set() if held is None else _values(_index(self.store.folder / held.file, column, key).rows(values), key)

    def _rows(self, name: str, values: Iterable[str]) -> list[Row]:
        table = self._table(name)
        return [] if table is None else table.rows(values)

    def _table(self, name: str) -> LedgerTable | None:
        held = self.store.manifest.counties[self.county].get(name)
        return None if held is None else _loaded(self.store.folder / held.file, self._key(name))

    def _key(self, name: str) -> str:
        """What rows of a table are looked up by: their own number, for they may move from home to home."""
        key = self.definition.tables[name].key
        return HOUSEHOLD if HOUSEHOLD in key else key[0]


def ledger_source(desk: Desk, region_code: str) -> LedgerSource | None:
    """The county of a region in the desk's ledger; None when there is no ledger, or none that holds it."""
    folder = desk.folders.ledger
    return None if folder is None else county_of(folder, region_code[:COUNTY_DIGITS], desk.folders.definition)


def county_of(folder: Path, county: str, definition_named: str | None = None) -> LedgerSource | None:
    """A county of a ledger folder; None when it is not there, or of a definition that is not here.

    ``definition_named``: name or folder of its definition, where the ledger's own name for it is none that ships.
    """
    try:
        state = (folder / MANIFEST).stat()
        store, definition = _opened(folder, state.st_mtime_ns, state.st_size, definition_named)
    except (OSError, UserError):
        return None
    return LedgerSource(store, definition, county) if county in store.manifest.counties else None


@lru_cache(maxsize=4)
def _opened(
    folder: Path,
    changed: int,  # noqa: ARG001 - tells of a new import
    size: int,  # noqa: ARG001 - tells of a new import
    named: str | None,
) -> tuple[LedgerStore, Definition]:
    store = LedgerStore.open(folder)
    definition = load_definition(named or store.definition_name)
    store.require(definition)
    return store, definition


# An import writes new files and never an old one again, so what was read of a file stays true.
@lru_cache(maxsize=_KEPT)
def _loaded(path: Path, key: str) -> LedgerTable:
    return LedgerTable.read(path, key)


@lru_cache(maxsize=_KEPT)
def _index(path: Path, column: str, key: str) -> SortedRows:
    """Which numbers any row of a table ever gave to the values of a column."""
    return SortedRows.of(_read(path, [column, key]).drop_nulls().unique().sort(key), column)


def _values(rows: Iterable[Row], column: str) -> set[str]:
    return {row[column] for row in rows if row[column] is not None}


def _read(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(f"{path}: missing or damaged", "find it: mopai ledger show --verify") from error
