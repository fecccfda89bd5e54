"""The sheets a marked workbook begins with: what was found, the list of faults, the pairs to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from features.definition import Label
from features.workbook.excerpt import HEADING_FILL
from features.workbook.marked import FILLS
from features.workbook.original import as_text, cell_at, sheets_of
from features.workbook.safe_text import cell_text

RESULT_SHEET, FAULTS_SHEET, PAIRS_SHEET = "_核对结果 Result", "_问题清单 Faults", "_待核对 To decide"
"""Names that begin with an underscore: a marked workbook that was corrected and sent again is read without them."""

Place: TypeAlias = tuple[str, str]
"""A sheet and a cell in it."""
Content: TypeAlias = str | int | float | Place | None

_LEGEND = {
    "error": "红色：有错，这一行不收 red: an error; the row is not taken",
    "warning": "黄色：请核对，不影响收入 yellow: please check; it keeps no row out",
}
_LINK = Font(color="0563C1", underline="single")
_TOP = Alignment(wrap_text=True, vertical="top")
_INK = "3D2B56"


def add_result(book: Workbook, title: str, lines: Sequence[tuple[Label, int]], notes: Sequence[str]) -> None:
    """Add the first sheet: a title, lines of a label in both languages and a number, and sentences below."""
    sheet = _new_sheet(book, RESULT_SHEET, 0)
    for letter, width in zip("ABC", (34, 46, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    _write(sheet, 1, 1, title).font = Font(bold=True, size=16, color=_INK)
    sheet.merge_cells("A1:C1")
    sheet.row_dimensions[1].height = 26
    for number, (label, value) in enumerate(lines, start=3):
        contents: tuple[Content, ...] = (label.zh, label.en, value)
        for column, content in enumerate(contents, start=1):
            _write(sheet, number, column, content).alignment = _TOP
        sheet.cell(number, 3).font = Font(bold=True)
    line = len(lines) + 4
    for level, words in _LEGEND.items():
        sheet.cell(line, 1).fill = FILLS[level]
        _write(sheet, line, 1, words)
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=3)
        line += 1
    for line_number, note in enumerate(notes, start=line + 1):
        _write(sheet, line_number, 1, note).alignment = _TOP
        sheet.merge_cells(start_row=line_number, end_row=line_number, start_column=1, end_column=3)
        sheet.row_dimensions[line_number].height = 16 * (1 + len(note) // 70 + note.count("\n"))


def add_list(
    book: Workbook,
    title: str,
    headings: Sequence[tuple[str, int]],
    rows: Sequence[Sequence[Content]],
    *,
    position: int,
) -> None:
    """Add a sheet with a list: headings with their widths, a filter, and links where a content is a place."""
    sheet = _new_sheet(book, title, position)
    for column, (heading, width) in enumerate(headings, start=1):
        cell = _write(sheet, 1, column, heading)
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEADING_FILL, _TOP
        sheet.column_dimensions[get_column_letter(column)].width = width
    for line, row in enumerate(rows, start=2):
        for column, content in enumerate(row, start=1):
            _write(sheet, line, column, content).alignment = _TOP
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(rows) + 1}"


def _new_sheet(book: Workbook, title: str, position: int) -> Worksheet:
    """A sheet of that title; where the sender has one of the same, openpyxl adds a number."""
    sheet: Worksheet = book.create_sheet(title, position)
    sheet.sheet_view.showGridLines = False
    return sheet


def _write(sheet: Worksheet, line: int, column: int, content: Content) -> Cell:
    cell = cell_at(sheet, line, column)
    if isinstance(content, tuple):
        target, coordinate = content
        as_text(cell, coordinate)
        quoted = target.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{coordinate}", display=coordinate)
        cell.font = _LINK
    elif isinstance(content, str):
        as_text(cell, cell_text(content))
    else:
        cell.value = content
    return cell


def show_first(book: Workbook) -> None:
    """Let the workbook open at its first sheet, and no other be selected with it."""
    for number, sheet in enumerate(sheets_of(book)):
        sheet.sheet_view.tabSelected = number == 0
    book.active = 0
