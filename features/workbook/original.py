"""The sender's workbook opened for marking, with nothing in it that acts: no formula, link, name or program."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
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
    if any(cell.data_type == _FORMULA for sheet in book.worksheets for cell in _cells(sheet)):
        _take_results(book, _load(path, values=True))
    for sheet in book.worksheets:
        sheet._hyperlinks.clear()  # noqa: SLF001 - there is no public way to remove all
        for cell in _cells(sheet):
            cell._hyperlink = None  # noqa: SLF001 - setting the public one to None leaves an empty link
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


def _cells(sheet: Worksheet) -> list[Cell]:
    return [cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell) and cell.value is not None]


def _take_results(book: Workbook, results: Workbook) -> None:
    for sheet in book.worksheets:
        found = results[sheet.title]
        for cell in _cells(sheet):
            if cell.data_type != _FORMULA:
                continue
            result = found[cell.coordinate].value
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
