"""Writing that is whole or not there: bytes reach the disk before a name points to them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

_UNFINISHED = ".unfinished-"


def write_file(path: Path, content: bytes) -> None:
    """Put ``content`` in place of a file in one step; a reader sees the old bytes or the new ones."""
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    with os.fdopen(handle, "wb") as stream:
        _write_through(stream.fileno(), content)
    Path(name).replace(path)
    _sync_folder(path.parent)


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put a folder of files in place in one step; another of that name gives way.

    One that holds the same already is left as it is, so that nobody who reads it finds it gone.
    """
    if _holds(folder, contents):
        return
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder.parent))
    for name, content in contents.items():
        handle = os.open(unfinished / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            _write_through(handle, content)
        finally:
            os.close(handle)
    unfinished.chmod(0o755)
    _sync_folder(unfinished)
    if folder.exists():
        shutil.rmtree(folder)
    unfinished.replace(folder)
    _sync_folder(folder.parent)


def _holds(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """Whether a folder has these files, plain ones and no others, with this content."""
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} != contents.keys():
        return False
    plain = all((folder / name).is_file() and not (folder / name).is_symlink() for name in contents)
    return plain and all((folder / name).read_bytes() == content for name, content in contents.items())


def clear_unfinished(parent: Path) -> None:
    """Remove what a killed writer left behind. Only for a caller that holds the lock of ``parent``."""
    for left in parent.glob(f"{_UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _write_through(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
