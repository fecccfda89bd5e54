"""What the last retraining made and how far it came; written in one step after each of its steps."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from features.cli.console import UserError
from models.release.files import clear_unfinished, write_file
from models.release.manifest import json_bytes
from training.evidence import FOLDER as EVIDENCE
from training.retrain.fingerprint import Fingerprint

FORMAT = 1
FOLDER = "retrain"

_LOCK = ".lock"
_LAST = "last.json"
_SCRATCH = ("training-*", "audit-*", f"{EVIDENCE}/.draft-*")


@dataclass(frozen=True, slots=True)
class LastRun:
    """The model the last retraining made, of what, and whether it was audited and compared with the release.

    ``compared_with``: the release it was compared with; "" when there was none, None when it is still to be done.
    """

    fingerprint: Fingerprint
    model_id: str
    audited: bool = False
    compared_with: str | None = None


def read_last(home: Path) -> LastRun | None:
    """The last retraining; None when there was none.

    Raises:
        UserError: its file cannot be read.
    """
    path = home / FOLDER / _LAST
    try:
        return _last(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: not what a retraining writes ({error})", "remove the file to train again") from error


def _last(raw: dict[str, Any]) -> LastRun:
    if raw.pop("format") != FORMAT:
        raise ValueError("another format")
    return LastRun(**{**raw, "fingerprint": Fingerprint(**raw["fingerprint"])})


def write_last(home: Path, last: LastRun) -> None:
    """Write down how far the retraining came. For the one that holds the lock."""
    write_file(home / FOLDER / _LAST, json_bytes({"format": FORMAT, **asdict(last)}))


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the lock of retraining.

    Raises:
        UserError: another retraining of this home is running.
    """
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UserError(f"{home}: another retraining is running", "wait until it has ended") from error
    try:
        clear_unfinished(folder)
        yield
    finally:
        lock.release()


def clear_scratch(home: Path, hours: float) -> tuple[Path, ...]:
    """Remove the rows that a killed run left in the home, if nobody has written to them for so many hours."""
    before = time.time() - hours * 3600
    left = tuple(
        folder
        for pattern in _SCRATCH
        for folder in sorted(home.glob(pattern))
        if folder.is_dir() and max(path.stat().st_mtime for path in (folder, *folder.rglob("*"))) < before
    )
    for folder in left:
        shutil.rmtree(folder)
    return left
