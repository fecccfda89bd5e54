"""Write to a ledger store so that a reader sees all of an import or nothing of it, even when it is killed."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from features.cli.console import UserError
from features.ledger.manifest import MANIFEST, Manifest, StoredTable

LOCK = ".lock"
WRITER = ".writer"
STAGING = ".staging"
LOCK_WAIT_SECONDS = 10.0

_COUNTY = "county="


@contextmanager
def writing(folder: Path, *, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[Path]:
    """Be the only writer of a store while the block runs; yields a folder for files not yet in the store.

    What a killed import left behind is removed first.

    Raises:
        UserError: another import is running, the folder holds other things, or it cannot be written.
    """
    try:
        _require_ledger_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK)
        with lock.acquire(timeout=wait_seconds):
            (folder / WRITER).write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
            staging = folder / STAGING / str(os.getpid())
            try:
                _remove_leftovers(folder)
                staging.mkdir(parents=True)
                yield staging
            finally:
                shutil.rmtree(folder / STAGING, ignore_errors=True)
                (folder / WRITER).unlink(missing_ok=True)
    except Timeout as error:
        raise UserError(
            f"{folder}: {_writer(folder)} is writing to it", "wait until it has finished, then run again"
        ) from error
    except OSError as error:
        raise UserError(
            f"{error.filename or folder}: {error.strerror or error}",
            "make sure the ledger folder can be written and has room",
        ) from error


def commit(folder: Path, staging: Path, manifest: Manifest, new: Mapping[str, Mapping[str, StoredTable]]) -> Manifest:
    """Make staged files part of the store in one step. ``new`` names, by county and table, files relative to staging.

    Until the manifest is replaced no reader sees any of it.
    """
    counties = {county: dict(tables) for county, tables in manifest.counties.items()}
    for county, tables in new.items():
        place = f"{_COUNTY}{county}/{_next_generation(manifest, county):05d}"
        (folder / place).mkdir(parents=True)
        for name, stored in tables.items():
            (staging / stored.file).replace(folder / place / f"{name}.parquet")
            counties.setdefault(county, {})[name] = replace(stored, file=f"{place}/{name}.parquet")
        for path in (folder / place, (folder / place).parent):
            sync(path)
    committed = replace(manifest, counties=counties)
    draft = staging / MANIFEST
    draft.write_text(committed.to_json(), encoding="utf-8")
    sync(draft)
    draft.replace(folder / MANIFEST)
    sync(folder)
    return committed


def sync(path: Path) -> None:
    """Have the system write a file or folder to disk now."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _next_generation(manifest: Manifest, county: str) -> int:
    tables = manifest.counties.get(county, {}).values()
    return 1 + max((int(Path(table.file).parent.name) for table in tables), default=0)


def _require_ledger_folder(folder: Path) -> None:
    """Never tidy up in a folder that is something else."""
    if not folder.exists() or (folder / MANIFEST).exists():
        return
    own = {LOCK, WRITER, STAGING}
    foreign = [path.name for path in folder.iterdir() if path.name not in own and not path.name.startswith(_COUNTY)]
    if foreign:
        raise UserError(
            f"{folder}: holds other things ({foreign[0]}), it is no ledger", "give an empty or new folder with --ledger"
        )


def _remove_leftovers(folder: Path) -> None:
    """Remove every generation the manifest does not speak of, and drafts."""
    shutil.rmtree(folder / STAGING, ignore_errors=True)
    manifest = folder / MANIFEST
    counties = Manifest.from_json(manifest.read_text(encoding="utf-8")).counties if manifest.exists() else {}
    kept = {folder / table.file for tables in counties.values() for table in tables.values()}
    for path in folder.glob(f"{_COUNTY}*/*/*"):
        if path not in kept:
            path.unlink()
    for generation in folder.glob(f"{_COUNTY}*/*"):
        if not any(generation.iterdir()):
            generation.rmdir()


def _writer(folder: Path) -> str:
    try:
        return (folder / WRITER).read_text(encoding="utf-8") or "another import"
    except OSError:
        return "another import"
