"""Check a sender's files: every fault by file, row, column, value seen and value wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.cli.console import Progress, silent
from features.definition import Definition
from features.ledger.contracts import all_columns, empty_table
from features.ledger.discover import find_files
from features.ledger.faults import LINE, Faults, join_faults, no_faults, run_checks
from features.ledger.manifest import MANIFEST
from features.ledger.read_source import Sheet, SourceFile, read_sheet
from features.ledger.references import County, blank_county, mark_references, reading_order, reference_checks
from features.ledger.rejects import require_free, write_rejects
from features.ledger.row_checks import row_checks
from features.ledger.row_identity import (
    identity_checks,
    mark_retractions,
    retraction_checks,
    sort_out,
    with_row_ids,
)
from features.ledger.store import LedgerStore
from features.parallel import map_processes

_PROCESSES_PAY_FROM_BYTES = 32_000_000
_PROCESSES_PAY_FROM_COUNTIES = 24


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of one file were read, are good, were sent before, and are rejected."""

    read: int
    accepted: int
    repeated: int
    rejected: int

    def __add__(self, other: Counts) -> Counts:
        """The counts of both."""
        return Counts(
            self.read + other.read,
            self.accepted + other.accepted,
            self.repeated + other.repeated,
            self.rejected + other.rejected,
        )


NO_ROWS = Counts(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class CheckedCounty:
    """A county's files after all checks: the new good rows by table, what was counted, what is wrong."""

    county: str
    accepted: Mapping[str, pl.DataFrame]
    counts: Mapping[str, Counts]
    faults: Faults
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. ``refused`` names files that cannot be used at all."""

    counts: Mapping[str, Counts]
    faults: Faults
    refused: tuple[str, ...]

    @property
    def total(self) -> Counts:
        """The counts of all files together."""
        return sum(self.counts.values(), NO_ROWS)

    @property
    def good(self) -> bool:
        """Whether there is no fault at all."""
        return self.faults.is_empty()


@dataclass(frozen=True, slots=True)
class CountyTask:
    """What one process needs to check one county."""

    county: str
    files: tuple[SourceFile, ...]
    definition: Definition
    ledger: Path | None
    rejects: Path | None


def check_folder(
    source: Path,
    definition: Definition,
    *,
    county: str | None = None,
    table: str | None = None,
    ledger: Path | None = None,
    rejects: Path | None = None,
    progress: Progress = silent,
) -> CheckReport:
    """Check every file of a source; write nothing but, where ``rejects`` is given, the faulty rows.

    References may lead to rows already in ``ledger``.

    Raises:
        UserError: there is nothing to read, the ledger is of another definition, or ``rejects`` is not empty.
    """
    files = find_files(source, definition, county=county, table=table)
    if rejects is not None:
        require_free(rejects)
    tasks = county_tasks(files, definition, ledger, rejects)
    checked = map_processes(_check_task, tasks, workers=workers_for(files), progress=progress, note=_county_of)
    return CheckReport(
        {name: counts for one in checked for name, counts in one.counts.items()},
        join_faults(one.faults for one in checked),
        tuple(name for one in checked for name in one.refused),
    )


def county_tasks(
    files: Sequence[SourceFile], definition: Definition, ledger: Path | None, rejects: Path | None
) -> list[CountyTask]:
    """One task per county; the ledger is given only if there is one, and must be of the same definition."""
    existing = ledger if ledger is not None and (ledger / MANIFEST).exists() else None
    if existing is not None:
        LedgerStore.open(existing).require(definition)
    codes = sorted({file.county for file in files})
    return [
        CountyTask(code, tuple(file for file in files if file.county == code), definition, existing, rejects)
        for code in codes
    ]


def workers_for(files: Sequence[SourceFile]) -> int | None:
    """One process for a small source, one per core for a large one."""
    size, counties = sum(file.path.stat().st_size for file in files), len({file.county for file in files})
    return None if size >= _PROCESSES_PAY_FROM_BYTES or counties >= _PROCESSES_PAY_FROM_COUNTIES else 1


def stored_rows(task: CountyTask) -> dict[str, pl.DataFrame]:
    """What the ledger holds of the task's county: every table, maybe empty."""
    if task.ledger is not None:
        store = LedgerStore.open(task.ledger)
        if task.county in store.counties():
            return {**store.read(task.county).tables, **store.read_decisions(task.county, task.definition)}
    return {name: empty_table(task.definition, name) for name in task.definition.stored_tables}


def check_county(task: CountyTask, stored: Mapping[str, pl.DataFrame]) -> CheckedCounty:
    """Check the files of one county against each other and against what is stored; write its rejects."""
    county = blank_county(task.county, stored)
    files = {file.table: file for file in task.files}
    accepted: dict[str, pl.DataFrame] = {}
    counts: dict[str, Counts] = {}
    faults, refused = [no_faults()], []
    for name in reading_order(task.definition):
        if name not in files:
            continue
        sheet = read_sheet(files[name], task.definition)
        if sheet.refused:
            refused.append(sheet.file.name)
            faults.append(sheet.faults)
            continue
        rows, found, repeated = _check_sheet(sheet, task.definition, stored[name], county)
        accepted[name] = rows
        rejected = found["row"].n_unique()
        counts[sheet.file.name] = Counts(sheet.rows.height, rows.height, repeated, rejected)
        faults.append(found)
        if task.rejects is not None and rejected:
            write_rejects(sheet, found, task.definition, task.rejects)
    return CheckedCounty(task.county, accepted, counts, join_faults(faults), tuple(refused))


def _check_sheet(
    sheet: Sheet, definition: Definition, stored: pl.DataFrame, county: County
) -> tuple[pl.DataFrame, Faults, int]:
    """Good new rows, faults, and the number of rows sent before."""
    table, file = definition.stored_tables[sheet.file.table], sheet.file.name
    seen = sheet.seen
    found = [sheet.faults, run_checks(sheet.rows, file, row_checks(table, definition), seen)]
    rows = with_row_ids(_without(sheet.rows, join_faults(found)), table)
    rows, repeated = sort_out(rows, stored, table)
    found.append(run_checks(rows, file, identity_checks(table)))
    marked = mark_references(sheet.rows, rows, table, definition, county)
    found.append(run_checks(marked, file, reference_checks(table), seen))
    rows = _without(rows, join_faults(found))
    found.append(run_checks(mark_retractions(rows, stored, table), file, retraction_checks(table)))
    rows = _without(rows, found[-1]).select(column.name for column in all_columns(table))
    faults = join_faults(found).sort("row", maintain_order=True)
    rejected = sheet.rows.join(faults, left_on=LINE, right_on="row", how="semi")
    county.rows[table.name] = pl.concat([stored, rows])
    county.rejected[table.name] = rejected.select(stored.columns)
    return rows, faults, repeated


def _without(rows: pl.DataFrame, faults: Faults) -> pl.DataFrame:
    return (
        rows
        if faults.is_empty()
        else rows.join(faults, left_on=LINE, right_on="row", how="anti", maintain_order="left")
    )


def _check_task(task: CountyTask) -> CheckedCounty:
    checked = check_county(task, stored_rows(task))
    return CheckedCounty(task.county, {}, checked.counts, checked.faults, checked.refused)


def _county_of(task: CountyTask) -> str:
    return task.county
