"""The folder of scores, put in place whole: a run that fails or is killed leaves the folder of the run before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from features.cli.console import UserError
from serving.batch.replace import replace_folder

MANIFEST = "manifest.json"
KIND = "mopai-scores"


@contextmanager
def staged(out: Path, *, keep: bool = False) -> Iterator[Path]:
    """A folder beside ``out`` to fill; when the block ends well it takes the place of ``out``.

    Only one run at a time may write to ``out``. What a killed or failed run left behind is cleared by the next, or
    found by it with ``keep``.

    Raises:
        UserError: ``out`` cannot be written, is being written, or is something else than scores of an earlier run.
    """
    out = out.absolute()
    staging, lock = _beside(out, "unfinished"), _lock(out)
    try:
        _recover(out)
        _refuse_foreign(out)
        with _writable(out):
            if not keep:
                shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(exist_ok=keep)
        try:
            with _writable(out):
                yield staging
                replace_folder(staging, out, _beside(out, "previous"))
        except BaseException:
            if not keep:
                shutil.rmtree(staging, ignore_errors=True)
            raise
        shutil.rmtree(staging, ignore_errors=True)
    finally:
        lock.release()


def standing(out: Path) -> Path:
    """Where the scores of ``out`` lie: there, or beside it when a run was killed while it replaced them."""
    previous = _beside(out.absolute(), "previous")
    return previous if previous.is_dir() and not out.exists() else out


def is_score_folder(folder: Path) -> bool:
    """Whether a folder holds the scores of an earlier run."""
    try:
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(raw, dict) and raw.get("kind") == KIND


@contextmanager
def _writable(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{out}: cannot be written ({error.strerror})",
            "make room there, or give --out a folder that may be written; the same command goes on where it stopped",
        ) from error


def _lock(out: Path) -> FileLock:
    with _writable(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(_beside(out, "lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise UserError(
                f"{out}: another run is writing it now", "wait for that run, or give another --out"
            ) from error
    return lock


def _refuse_foreign(out: Path) -> None:
    if out.is_dir() and not out.is_symlink():
        if is_score_folder(out) or not any(out.iterdir()):
            return
    elif not out.exists():
        return
    raise UserError(f"{out}: is there and holds no scores of an earlier run", "give --out another folder")


def _recover(out: Path) -> None:
    """Bring back the folder of a run that was killed while it replaced ``out`` in two steps."""
    previous = _beside(out, "previous")
    if previous.exists() and not out.exists():
        previous.replace(out)
    shutil.rmtree(previous, ignore_errors=True)


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")
