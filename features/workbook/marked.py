"""The sender's workbook with every faulty cell coloured and explained in a comment."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet

from features.workbook.excerpt import excerpt
from features.workbook.original import cell_at, open_original, sheets_of
from features.workbook.place import ROW, locate
from features.workbook.register import Register

FILLS = {
    "error": PatternFill("solid", fgColor="F8B4AB"),
    "warning": PatternFill("solid", fgColor="FCE8A6"),
}
AUTHOR = "Mopai"
_SHEETS = "xl/worksheets/"
_COMMENT_WIDTH = 380
_COMMENT_LINE = 18
_COMMENT_LINE_HOLDS = 30
_COMMENT_HIGHEST = 400


@dataclass(frozen=True, slots=True)
class MarkedBook:
    """A marked workbook, its faults with their places in it, and whether it is the sender's own book as a whole."""

    book: Workbook
    faults: pl.DataFrame
    whole: bool


def marked_book(
    path: Path, register: Register, faults: pl.DataFrame, words: Mapping[int, str], limits: Mapping[str, int]
) -> MarkedBook:
    """Mark the sender's workbook, or where it is old or too large a new one with the faulty rows only.

    Args:
        path: the workbook as sent.
        register: the same as read.
        faults: located faults, each with its number ``_fault``.
        words: what to say of each, by ``_fault``.
        limits: section ``[marked]`` of ``report.toml``.
    """
    whole = _can_be_marked(path, limits["unpacked_bytes"]) and register.places.height <= limits["rows"]
    if whole:
        book, placed = open_original(path), faults
    else:
        rows = faults[ROW].drop_nulls().unique()
        made = excerpt(register, rows, limits["faulty_rows"])
        shown = Register(register.county, register.rows, made.places, made.columns, register.seen)
        book = made.book
        placed = locate(faults.drop("sheet", "line", "column", "cell", "hidden"), shown)
    for sheet in sheets_of(book):
        _mark_sheet(sheet, placed.filter(pl.col("sheet") == sheet.title), words, limits["comments"])
    return MarkedBook(book, placed, whole)


def _can_be_marked(path: Path, most_bytes: int) -> bool:
    """Whether it is a modern workbook whose sheets, formatted empty cells included, fit into memory as objects."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as parts:
        return sum(part.file_size for part in parts.infolist() if part.filename.startswith(_SHEETS)) <= most_bytes


def _mark_sheet(sheet: Worksheet, faults: pl.DataFrame, words: Mapping[int, str], comments: int) -> None:
    by_cell: dict[str, list[tuple[str, str]]] = {}
    for cell, level, number in faults.select("cell", "level", "_fault").drop_nulls("cell").iter_rows():
        by_cell.setdefault(cell, []).append((level, words[number]))
    for line in faults["line"].drop_nulls().unique():
        # A hidden row with something to correct would not be found.
        sheet.row_dimensions[line].hidden = False
    _show_columns(sheet, {number + 1 for number in faults["column"].drop_nulls()})
    for number, (coordinate, said) in enumerate(by_cell.items()):
        cell = cell_at(sheet, *coordinate_to_tuple(coordinate))
        cell.fill = FILLS["error" if any(level == "error" for level, _ in said) else "warning"]
        if number < comments:
            _comment(cell, "\n".join(dict.fromkeys(text for _, text in said)))


def _show_columns(sheet: Worksheet, faulty: set[int]) -> None:
    """Hidden neighbours are one dimension of the sheet: where one of them is faulty, all are shown."""
    for dimension in sheet.column_dimensions.values():
        first, last = dimension.min or 0, dimension.max or 0
        if dimension.hidden and any(first <= number <= last for number in faulty):
            dimension.hidden = False


def _comment(cell: Cell, text: str) -> None:
    before = f"{cell.comment.text}\n\n" if cell.comment is not None else ""
    comment = Comment(before + text, AUTHOR, width=_COMMENT_WIDTH)
    lines = sum(1 + len(line) // _COMMENT_LINE_HOLDS for line in comment.text.split("\n"))
    comment.height = min(_COMMENT_HIGHEST, _COMMENT_LINE * (lines + 1))
    cell.comment = comment
