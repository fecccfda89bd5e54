"""Write workbooks and pages for people: whole or not at all, and those with personal values for the owner only."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from openpyxl import Workbook

from features.cli.console import UserError

OWNER_ONLY = 0o600
FOLDER_OWNER_ONLY = 0o700


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A new file, readable by its owner only, that takes the name ``path`` when the block ends well.

    Raises:
        UserError: the folder cannot be made or the file not be written.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_OWNER_ONLY)
        unfinished.unlink(missing_ok=True)
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
        yield unfinished
        unfinished.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})", "give a place that may be written") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def save_book(book: Workbook, path: Path) -> None:
    """Write a workbook, with the owner's rights only: it holds personal values."""
    _save(path, book.save)


def save_text(text: str, path: Path) -> None:
    """Write a page."""
    _save(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8"))


def _save(path: Path, write: Callable[[Path], object]) -> None:
    with whole_file(path) as unfinished:
        write(unfinished)
