"""Rows set aside while an intake goes on, so that not all of them are held at once.

They name people. So they are encrypted with a key that is never written: of what a killed intake leaves behind nobody
can read them, and the next one removes it.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from filelock import FileLock, Timeout

from features.cli.console import UserError
from features.identity.sealed import SealedFile, packed, unpacked, write_sealed

FOLDER = "intake"
_LOCK = "lock"
_SUFFIX = ".lock"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Aside:
    """A private folder of frames by name. Processes that are handed it may put and take."""

    folder: Path
    key: bytes

    def put(self, name: str, frames: Sequence[pl.DataFrame]) -> None:
        """Set frames aside under one name. UserError when there is no room."""
        write_sealed(self.folder / name, map(packed, frames), len(frames), self.key)

    def take(self, name: str, number: int = 0) -> pl.DataFrame:
        """One of the frames under a name."""
        return unpacked(next(SealedFile.open(self.folder / name, self.key).read((number,))))

    def drop(self, name: str) -> None:
        """What is no longer needed."""
        (self.folder / name).unlink()


@contextmanager
def set_aside(home: Path | None) -> Iterator[Aside]:
    """Room in a home, or without one in the temporary folder of the system; gone at the end, readable by the owner.

    Raises:
        UserError: the home cannot be written.
    """
    key = secrets.token_bytes(_KEY_BYTES)
    if home is None:
        with TemporaryDirectory(prefix="mopai-") as temporary:
            yield Aside(Path(temporary), key)
        return
    folder = home / FOLDER / secrets.token_hex(8)
    lock = FileLock(folder.with_suffix(_SUFFIX), mode=0o600)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(folder.parent / _LOCK, mode=0o600):
            _sweep(folder.parent)
            lock.acquire()
            folder.mkdir(mode=0o700)
    except OSError as error:
        raise UserError(f"{folder.parent}: cannot be written: {error.strerror}", "make room or give rights") from error
    try:
        yield Aside(folder, key)
    finally:
        shutil.rmtree(folder)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def _sweep(parent: Path) -> None:
    """Remove what killed intakes left: a folder whose lock nobody holds."""
    for path in parent.glob(f"*{_SUFFIX}"):
        try:
            with FileLock(path, timeout=0):
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink(missing_ok=True)
        except Timeout:
            continue
