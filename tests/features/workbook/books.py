"""Small workbooks for tests of reading, and the ways to read them. Every person in them is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import xlsxwriter
import xlwt

from features.workbook.books import Book, OpenBook, open_book
from features.workbook.columns import propose_columns
from features.workbook.convert import ReadWorkbook, read_workbook
from features.workbook.reading import Language, Reading
from features.workbook.senders import SenderMapping

COUNTY = "520101"
DAY = date(2016, 8, 1)
FIRST_DAYS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
Rows = Sequence[Sequence[object]]


@cache
def language() -> Language:
    """The definition that ships, loaded once."""
    return Language.load("left_behind")


def workbook(
    path: Path, sheets: Mapping[str, Rows] | Rows, merged: Sequence[str] = (), hidden_columns: Sequence[int] = ()
) -> Path:
    """Write rows as they are; dates become date cells. ``merged`` are areas of the first sheet."""
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    book = xlsxwriter.Workbook(str(path))
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, rows in named.items():
        sheet = book.add_worksheet(name)
        for column in hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, column, value, day)
                elif isinstance(value, str):
                    sheet.write_string(line, column, value)
                elif value is not None:
                    sheet.write(line, column, value)
    for area in merged:
        first = next(iter(named.values()))
        top, left = _corner(area)
        book.worksheets()[0].merge_range(area, first[top][left])
    book.close()
    return path


def old_workbook(
    path: Path, sheets: Mapping[str, Rows], hidden_columns: Sequence[int] = (), *, since_1904: bool = False
) -> Path:
    """The same as an .xls; ``since_1904`` counts its days from then."""
    book = xlwt.Workbook()
    book.dates_1904 = since_1904
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for column in hidden_columns:
            sheet.col(column).hidden = True
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write(line, column, (value - FIRST_DAYS[since_1904]).days, day)
                elif value is not None:
                    sheet.write(line, column, value)
    book.save(str(path))
    return path


def _corner(area: str) -> tuple[int, int]:
    return int(area.partition(":")[0][1:]) - 1, ord(area[0]) - 65


def opened(path: Path, mapping: SenderMapping | None = None) -> OpenBook:
    """A workbook opened as of our county."""
    return open_book(Book(COUNTY, path, path.name), language(), mapping or SenderMapping(""))


def proposed(*paths: Path, sender: str = "baiyun", known: SenderMapping | None = None) -> SenderMapping:
    """What is proposed for a sender's workbooks."""
    books = [Book(COUNTY, path, path.name) for path in paths]
    return propose_columns(books, language(), known or SenderMapping(sender)).mapping


def reading(mapping: SenderMapping | None = None, recorded_on: date | None = DAY) -> Reading:
    """How to read a sender's workbooks of our county."""
    used = mapping or SenderMapping("")
    return Reading(language(), COUNTY, used.sender, used, recorded_on)


def read(path: Path, mapping: SenderMapping | None = None, recorded_on: date | None = DAY) -> ReadWorkbook:
    """A workbook read by a mapping, or by what is proposed for it."""
    used = mapping or proposed(path)
    return read_workbook(opened(path, used), reading(used, recorded_on))


def faults(found: ReadWorkbook) -> set[tuple[int | None, str, str]]:
    """(line, field, rule) of every fault."""
    lines = dict(found.register.places.select("_row", "line").iter_rows())
    return {
        (lines.get(row), field, rule) for row, field, rule in found.faults.select("_row", "field", "rule").iter_rows()
    }
