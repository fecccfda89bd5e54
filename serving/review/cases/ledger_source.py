"""The ledger folder as a source of facts: a county's tables stay in memory, so that a household is found at once."""

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
    CHILD,
    CHILDREN,
    COUNTY_DIGITS,
    HOUSEHOLD,
    RECORDED_ON,
    RETRACTS,
    ROW_ID,
    VISIT,
    VISITS,
)
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from features.record.rows import Row
from serving.review.cases.sorted_rows import SortedRows
from serving.review.desk import Desk

# Tables kept at once: six of each of sixteen counties. A county of 3,000 children (9.02 M in 2,800 counties, 2016)
# takes some 10 MB.
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

    def rows(self, household_id: str, tables: Sequence[str]) -> Mapping[str, Sequence[Row]]:
        """See ``Source``."""
        people = self._people(household_id)
        visits = [row[VISIT] for row in self._rows(VISITS, [household_id])]
        keys = {CHILD: people, HOUSEHOLD: [household_id], VISIT: sorted(set(visits))}
        return {name: self._rows(name, keys[self._key(name)]) for name in tables}

    def _people(self, household_id: str) -> Sequence[str]:
        held = self.store.manifest.counties[self.county].get(CHILDREN)
        return () if held is None else _homes(self.store.folder / held.file).get(household_id, ())

    def _rows(self, name: str, values: Iterable[str]) -> list[Row]:
        table = self._table(name)
        return [] if table is None else table.rows(values)

    def _table(self, name: str) -> LedgerTable | None:
        held = self.store.manifest.counties[self.county].get(name)
        return None if held is None else _loaded(self.store.folder / held.file, self._key(name))

    def _key(self, name: str) -> str:
        """What rows of a table are looked up by: children by themselves, for they move from home to home."""
        columns = self.definition.tables[name].columns
        return CHILD if name == CHILDREN else HOUSEHOLD if HOUSEHOLD in columns else VISIT


def ledger_source(desk: Desk, region_code: str) -> LedgerSource | None:
    """The county of a region in the desk's ledger; None when there is no ledger, or none that holds it."""
    folder = desk.folders.ledger
    return None if folder is None else county_of(folder, region_code[:COUNTY_DIGITS])


def county_of(folder: Path, county: str) -> LedgerSource | None:
    """A county of a ledger folder; None when it is not there, or of a definition that is not here."""
    try:
        state = (folder / MANIFEST).stat()
        store, definition = _opened(folder, state.st_mtime_ns, state.st_size)
    except (OSError, UserError):
        return None
    return LedgerSource(store, definition, county) if county in store.manifest.counties else None


@lru_cache(maxsize=4)
def _opened(folder: Path, changed: int, size: int) -> tuple[LedgerStore, Definition]:  # noqa: ARG001 - they tell of a new import
    store = LedgerStore.open(folder)
    definition = load_definition(store.definition_name)
    store.require(definition)
    return store, definition


# An import writes new files and never an old one again, so what was read of a file stays true.
@lru_cache(maxsize=_KEPT)
def _loaded(path: Path, key: str) -> LedgerTable:
    return LedgerTable.read(path, key)


@lru_cache(maxsize=_KEPT)
def _homes(path: Path) -> Mapping[str, Sequence[str]]:
    """Which children ever lived in a household, by household."""
    rows = _read(path, [CHILD, HOUSEHOLD]).drop_nulls().unique().sort(CHILD)
    homes: dict[str, list[str]] = {}
    for child, household in rows.select(CHILD, HOUSEHOLD).iter_rows():
        homes.setdefault(household, []).append(child)
    return homes


def _read(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    try:
        return pl.read_parquet(path, columns=columns)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise UserError(f"{path}: missing or damaged", "find it: mopai ledger show --verify") from error
