"""What takes long to make is made once for all test processes of a run, by whichever asks first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def shared_root(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of this run see; each of pytest-xdist's has a folder of its own below it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def made_once(root: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that ``make`` filled, in this process or in another; nobody may write to it afterwards.

    What was left half made by a process that failed is thrown away and made again.
    """
    folder, finished = root / f"shared-{name}", root / f"shared-{name}.done"
    with FileLock(root / f"shared-{name}.lock"):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            finished.touch()
    return folder
