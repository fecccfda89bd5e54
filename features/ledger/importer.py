"""Import a sender's files into the ledger store: all good rows in one step, faulty rows set apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from features.definition.structure import RECORDED_ON, ROW_ID, SIMULATED_SOURCE, SOURCE, VALID_FROM
from features.ledger.check import (
    NO_ROWS,
    CheckedCounty,
    Counts,
    CountyTask,
    check_county,
    county_tasks,
    stored_rows,
    workers_for,
)
from features.ledger.contracts import contract
from features.ledger.discover import find_files
from features.ledger.faults import Faults, join_faults
from features.ledger.manifest import MANIFEST, Manifest, StoredTable, sha256_of
from features.ledger.rejects import require_free
from features.ledger.store import LedgerStore
from features.ledger.transaction import commit, sync, writing
from features.parallel import map_processes


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``counties`` are those that got new rows; ``rejects`` is null when no row was set apart."""

    ledger: Path
    counties: tuple[str, ...]
    counts: Mapping[str, Counts]
    faults: Faults
    refused: tuple[str, ...]
    rejects: Path | None
    simulated: bool

    @property
    def total(self) -> Counts:
        """The counts of all files together."""
        return sum(self.counts.values(), NO_ROWS)


@dataclass(frozen=True, slots=True)
class _Work:
    task: CountyTask
    staging: Path


@dataclass(frozen=True, slots=True)
class _Staged:
    checked: CheckedCounty
    tables: Mapping[str, StoredTable]


def import_folder(
    source: Path,
    ledger: Path,
    definition: Definition,
    *,
    county: str | None = None,
    table: str | None = None,
    rejects: Path | None = None,
    workers: int | None = None,
    progress: Progress = silent,
) -> ImportReport:
    """Import every good row that the ledger does not hold yet; write the others to ``rejects`` if given.

    ``source`` is a folder of county folders, or with ``county`` a folder of tables or one file. Sending the same
    again changes nothing. ``workers`` is the number of processes; by default as many as pay.

    Raises:
        UserError: nothing to read, a ledger of another definition, another import running, simulated rows for a
            real ledger, or a folder that cannot be written. Then the ledger is as it was.
    """
    files = find_files(source, definition, county=county, table=table)
    if rejects is not None:
        require_free(rejects)
    with writing(ledger) as staging:
        tasks = county_tasks(files, definition, ledger, rejects)
        work = [_Work(task, staging) for task in tasks]
        count = workers or workers_for(files)
        staged = map_processes(_stage_county, work, workers=count, progress=progress, note=_county_of)
        manifest = _manifest(ledger, definition)
        new = {one.checked.county: one.tables for one in staged if one.tables}
        _refuse_mixture(manifest, new)
        if new:
            manifest = commit(ledger, staging, manifest.holding(definition, _names(new)), new)
    checked = [one.checked for one in staged]
    counts = {name: counted for one in checked for name, counted in one.counts.items()}
    set_apart = rejects if any(counted.rejected for counted in counts.values()) else None
    refused = tuple(name for one in checked for name in one.refused)
    faults = join_faults(one.faults for one in checked)
    return ImportReport(ledger, tuple(sorted(new)), counts, faults, refused, set_apart, manifest.simulated)


def _manifest(ledger: Path, definition: Definition) -> Manifest:
    return LedgerStore.open(ledger).manifest if (ledger / MANIFEST).exists() else Manifest.blank(definition)


def _names(new: Mapping[str, Mapping[str, StoredTable]]) -> set[str]:
    return {name for tables in new.values() for name in tables}


def _stage_county(work: _Work) -> _Staged:
    """Check one county and write its changed tables, old and new rows together, beside the store."""
    stored = stored_rows(work.task)
    checked = check_county(work.task, stored)
    tables = {
        name: _stage_table(work, name, pl.concat([stored[name], rows]))
        for name, rows in checked.accepted.items()
        if not rows.is_empty()
    }
    return _Staged(CheckedCounty(checked.county, {}, checked.counts, checked.faults, checked.refused), tables)


def _stage_table(work: _Work, name: str, rows: pl.DataFrame) -> StoredTable:
    """Write one table in an order that does not depend on how its rows came."""
    definition, county = work.task.definition, work.task.county
    rows = rows.sort(*definition.stored_tables[name].key, VALID_FROM, RECORDED_ON, ROW_ID).rechunk()
    contract(definition, name).validate(rows, lazy=True)
    file = f"{county}/{name}.parquet"
    path = work.staging / file
    path.parent.mkdir(exist_ok=True)
    try:
        rows.write_parquet(path, compression="zstd", compression_level=3)
    except pl.exceptions.PolarsError as error:
        raise UserError(f"{path}: cannot be written", "make sure the ledger folder has room") from error
    sync(path)
    bounds = rows.select(first=pl.col(VALID_FROM).min(), last=pl.col(RECORDED_ON).max()).row(0)
    simulated = rows.filter(pl.col(SOURCE) == SIMULATED_SOURCE).height
    return StoredTable(file, rows.height, sha256_of(path), bounds[0], bounds[1], simulated)


def _refuse_mixture(manifest: Manifest, new: Mapping[str, Mapping[str, StoredTable]]) -> None:
    """Simulated rows never enter a ledger of real ones; a simulated ledger stays one whatever is added."""
    simulated = any(table.simulated_rows for tables in new.values() for table in tables.values())
    if simulated and manifest.counties and not manifest.simulated:
        raise UserError("simulated rows cannot be imported into a ledger of real ones", "give another --ledger")


def _county_of(work: _Work) -> str:
    return work.task.county
