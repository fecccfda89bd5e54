"""Replace one folder by another, in one step where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_HERE = -100
"""AT_FDCWD of Linux: paths are meant from the working folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
_AT_ONCE = 16
_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def replace_folder(new: Path, old: Path, aside: Path) -> None:
    """Put ``new`` in the place of ``old``; what was there is gone afterwards, or lies at ``new`` to be removed.

    With an exchange of both names (Linux) a reader finds a whole folder at every moment, and so does whoever comes
    after a kill at any moment. Elsewhere see ``replace_in_two_steps``.
    """
    sync_tree(new)
    if not old.exists():
        new.replace(old)
    elif not exchange(new, old):
        replace_in_two_steps(new, old, aside)
    sync(old.parent)


def replace_in_two_steps(new: Path, old: Path, aside: Path) -> None:
    """Move ``old`` aside, then ``new`` in its place. A kill between leaves only ``aside``, for readers to know."""
    old.replace(aside)
    try:
        new.replace(old)
    except OSError:
        aside.replace(old)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def exchange(first: Path, second: Path) -> bool:
    """Let two folders change names in one step. False, and nothing done, where system or disk have no such step.

    Raises:
        OSError: the step exists and failed.
    """
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(first), _HERE, os.fsencode(second), ctypes.c_uint(_EXCHANGE)) == 0:
        return True
    failed = ctypes.get_errno()
    if failed in _UNABLE:
        return False
    raise OSError(failed, os.strerror(failed), str(first))


def sync_tree(folder: Path) -> None:
    """Let everything in a folder reach the disk, so that after a power cut its name points to whole files."""
    # A disk takes many at once in little more than the time of one, and a country has thousands of files.
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for _ in threads.map(sync, folder.rglob("*")):
            pass
    sync(folder)


def sync(path: Path) -> None:
    """Let one file, or the list of names in one folder, reach the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
