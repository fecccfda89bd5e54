"""Everything that was decided about counties, for ever: a line a decision, written before anything changes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from models.release.regions import regions_folder

LOG = "regions.jsonl"

_LOCK = ".lock"


@contextmanager
def regions_locked(home: Path) -> Iterator[None]:
    """One decision at a time."""
    regions_folder(home).mkdir(parents=True, exist_ok=True)
    with FileLock(regions_folder(home) / _LOCK):
        yield


def log_line(home: Path, line: Mapping[str, Any]) -> None:
    """Add a line, on the disk before anything changes. For the one that holds the lock."""
    content = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **line}
    handle = os.open(regions_folder(home) / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, (json.dumps(content, ensure_ascii=False) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)
