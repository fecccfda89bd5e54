"""A list's workbook that comes back: opened safely, read row by row, every row that cannot be used named."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.workbook.cells import read_dates
from features.workbook.grid import LINE, Grid, read_grids
from features.workbook.safe import SafeWorkbook, require_safe
from serving.review.settings import settings
from serving.review.store.lists import Status
from serving.review.workbook.layout import FILLED_IN, HIDDEN, codes_by_word, reason_codes, workbook_settings

_PACKAGE = b"PK"
_PROLOG = 4096
# A key of either database.
_DIGITS = re.compile(r"[0-9]{1,9}")
_WANTED = {*HIDDEN, *FILLED_IN, "household"}


class BookFaultError(ValueError):
    """A file that is no workbook of ours, or none that may be opened. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _RowFaultError(ValueError):
    """A row that says something that cannot be."""


@dataclass(frozen=True, slots=True)
class BookRow:
    """What a row says of a place; ``version`` and ``was`` are of the moment the workbook was written."""

    line: int
    item_id: int
    version: int
    was: str
    household_id: str
    status: Status
    on: date | None
    reason: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why: ``fault`` is its word in ``words/``."""

    line: int
    household_id: str
    fault: str


@dataclass(frozen=True, slots=True)
class ReadBook:
    """The rows of a workbook."""

    rows: tuple[BookRow, ...]
    bad: tuple[BadRow, ...]


def read_list(content: bytes) -> ReadBook:
    """Read a workbook that was handed in.

    Raises:
        BookFaultError: it is no workbook, holds macros, entities or links, is damaged or too large, or none of ours.
    """
    if not content:
        raise BookFaultError("book_missing")
    if not content.startswith(_PACKAGE):
        raise BookFaultError("book_refused")
    with tempfile.TemporaryDirectory(prefix="mopai-hand-in-") as folder:
        path = Path(folder) / "sent.xlsx"
        path.write_bytes(content)
        try:
            book = require_safe(path)
            _require_plain(book)
            grids = read_grids(book)
        except UserError as error:
            raise BookFaultError("book_refused") from error
    for grid in grids:
        if (places := _places(grid)) is not None:
            return _rows(grid, places)
    raise BookFaultError("book_other")


def _require_plain(book: SafeWorkbook) -> None:
    """None that declares entities, and none that spans more than a list does."""
    if any(facts.cells > workbook_settings().cells_at_most for facts in (book.facts or {}).values()):
        raise BookFaultError("book_long")
    with zipfile.ZipFile(book.path) as package:
        for entry in package.infolist():
            with package.open(entry) as part:
                # Also where the text is UTF-16: each letter then comes with a zero.
                if b"<!DOCTYPE" in part.read(_PROLOG).replace(b"\0", b"").upper():
                    raise BookFaultError("book_refused")


def _places(grid: Grid) -> dict[str, str] | None:
    """Where the columns stand, by their codes in the first row; None for a sheet that is not of ours."""
    head = grid.head(1)
    found = {text: str(column) for _, cells in head for column, text in cells.items()}
    return found if found.keys() >= _WANTED else None


def _rows(grid: Grid, places: Mapping[str, str]) -> ReadBook:
    body = grid.cells.slice(2)
    if body.height > workbook_settings().rows_at_most:
        raise BookFaultError("book_long")
    texts = body.select(LINE, **{name: pl.col(places[name]) for name in sorted(_WANTED)})
    days = read_dates(texts["on"].str.strip_chars().replace("", None))
    rows: dict[int, BookRow] = {}
    bad: list[BadRow] = []
    for cells, day in zip(texts.iter_rows(named=True), days, strict=True):
        line = int(cells[LINE])
        said = {name: (cells[name] or "").strip() for name in _WANTED}
        try:
            row = _row(line, said, day)
        except _RowFaultError as error:
            bad.append(BadRow(line, said["household"], str(error)))
            continue
        if row.item_id in rows:
            bad.append(BadRow(line, said["household"], "book_twice"))
        else:
            rows[row.item_id] = row
    return ReadBook(tuple(rows.values()), tuple(bad))


def _row(line: int, said: Mapping[str, str], day: str | None) -> BookRow:
    if not all(_DIGITS.fullmatch(said[name]) for name in ("key", "version")):
        raise _RowFaultError("book_key")
    statuses, reasons = codes_by_word("status", tuple(Status)), codes_by_word("reason", reason_codes())
    if said["status"] not in statuses:
        raise _RowFaultError("book_status")
    if said["reason"] and said["reason"] not in reasons:
        raise _RowFaultError("book_reason")
    status = Status(statuses[said["status"]])
    return BookRow(
        line=line,
        item_id=int(said["key"]),
        version=int(said["version"]),
        was=said["was"],
        household_id=said["household"],
        status=status,
        on=None if status is Status.OPEN else _day(day),
        reason=reasons.get(said["reason"]) if status in settings().reasons else None,
        note=said["note"] or None,
    )


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError as error:
        raise _RowFaultError("book_day") from error
