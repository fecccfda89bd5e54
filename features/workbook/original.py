"""The sender's workbook opened for marking, with nothing in it that acts: no formula, link, name or program."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from features.workbook.safe_text import begins_formula

TEXT_FORMAT = "@"
_FORMULA = "f"
_TEXT = "s"
_CALLS_OUT = ("|", "[", "://")


def open_original(path: Path) -> Workbook:
    """The workbook with the results of its formulas instead of the formulas; links and outside names are taken out.

    A formula without a stored result stays as text that says what it was.
    """
    book = _load(path, values=False)
    if any(cell.data_type == _FORMULA for sheet in sheets_of(book) for cell in stored_cells(sheet)):
        _take_results(book, _load(path, values=True))
    for sheet in sheets_of(book):
        for cell in stored_cells(sheet):
            cell.hyperlink = None
            if isinstance(cell.value, str) and begins_formula(cell.value):
                as_text(cell, cell.value)
        _drop_names(sheet.defined_names)
    _drop_names(book.defined_names)
    return book


def _load(path: Path, *, values: bool) -> Workbook:
    with warnings.catch_warnings():
        # openpyxl warns of extensions it drops; what a copy for reading needs of them is nothing.
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path, data_only=values, keep_links=False, keep_vba=False)


def sheets_of(book: Workbook) -> list[Worksheet]:
    """The sheets of cells; sheets of charts have none."""
    return [cast(Worksheet, sheet) for sheet in book.worksheets]


def stored_cells(sheet: Worksheet) -> list[Cell]:
    """The cells a sheet really has. Asking for rows would make every empty cell of the rectangle up to the last."""
    return [cell for cell in vars(sheet)["_cells"].values() if isinstance(cell, Cell)]


def cell_at(sheet: Worksheet, line: int, column: int) -> Cell:
    """A cell to write to, or of merged cells the first, which alone can be written to. Both count from 1."""
    cell = sheet.cell(line, column)
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if cell.coordinate in area)
        cell = sheet.cell(area.min_row, area.min_col)
    return cast(Cell, cell)


def _take_results(book: Workbook, results: Workbook) -> None:
    for sheet, found in zip(sheets_of(book), sheets_of(results), strict=True):
        for cell in stored_cells(sheet):
            if cell.data_type != _FORMULA:
                continue
            result = found.cell(cell.row, cell.column).value
            if result is None:
                as_text(cell, str(getattr(cell.value, "text", cell.value)))
            elif isinstance(result, str):
                as_text(cell, result)
            else:
                cell.value = result


def as_text(cell: Cell, text: str) -> None:
    """Put text into a cell so that no spreadsheet takes it for a formula, now or after editing."""
    cell.value = text
    cell.data_type = _TEXT
    cell.number_format = TEXT_FORMAT
    cell.quotePrefix = begins_formula(text)


def _drop_names(names: dict[str, Any]) -> None:
    for name in [name for name, meant in names.items() if any(sign in str(meant.value) for sign in _CALLS_OUT)]:
        del names[name]
