"""The sheets of a workbook as grids of text: every cell at its spreadsheet line and column, nothing interpreted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TypeVar

import polars as pl
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from features.cli.console import UserError
from features.workbook.safe import SafeWorkbook
from features.workbook.scan import SheetFacts

LINE = "_line"
_ROWS_AT_ONCE = 10_000
_EXACT_BELOW = 10.0**15
"""A spreadsheet keeps 15 significant digits of a number (IEEE 754); more digits are zeros it put there."""


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Area:
    """Cells merged into one. Lines from 1, columns from 0, both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet. ``cells`` has LINE and text columns named by their spreadsheet column from 0; empty rows are left out.

    Attributes:
        sheet: its name.
        hidden_sheet: whether the sheet itself is hidden.
        hidden: hidden lines, or None when the file does not tell (before Excel 97).
        formulas: (line, column) of formulas without a result.
        errors: (line, column) of cells such as #N/A, as far as the file tells (.xls does not).
        rounded: (line, column) of numbers with more digits than a spreadsheet keeps.
        since_1904: whether numbers that are days count from 1904; cells formatted as dates are right already.
        hidden_columns: hidden spreadsheet columns from 0, as far as the file tells.
    """

    sheet: str
    cells: pl.DataFrame
    merged: tuple[Area, ...] = ()
    hidden_sheet: bool = False
    hidden: frozenset[int] | None = frozenset()
    formulas: frozenset[tuple[int, int]] = frozenset()
    rounded: frozenset[tuple[int, int]] = field(default=frozenset())
    errors: frozenset[tuple[int, int]] = frozenset()
    since_1904: bool = False
    hidden_columns: frozenset[int] = frozenset()

    @property
    def columns(self) -> list[int]:
        """The spreadsheet columns that hold something, from 0."""
        return [int(name) for name in self.cells.columns if name != LINE]

    def head(self, rows: int) -> list[tuple[int, dict[int, str]]]:
        """The first rows that hold something: their line, and their cells by column."""
        return [
            (line, {int(name): text for name, text in row.items() if text is not None})
            for row in self.cells.head(rows).iter_rows(named=True)
            for line in [row.pop(LINE)]
        ]


def read_grids(book: SafeWorkbook) -> list[Grid]:
    """The sheets that hold something, in the order of the workbook.

    Raises:
        UserError: it is protected by a password, damaged, or holds macro sheets.
    """
    name = book.path.name
    try:
        with CalamineWorkbook.from_path(str(book.path)) as workbook:
            grids = []
            for number, sheet in enumerate(workbook.sheets_metadata):
                if sheet.typ in (SheetTypeEnum.MacroSheet, SheetTypeEnum.Vba):
                    raise UserError(f"{name}: it holds macros", "save it as 'Excel workbook (.xlsx)', and send that")
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    hidden = sheet.visible != SheetVisibleEnum.Visible
                    grids.append(_read(workbook.get_sheet_by_index(number), book, hidden_sheet=hidden))
    except PasswordError as error:
        raise UserError(f"{name}: it is protected by a password", "remove the password, save, send it again") from error
    except (CalamineError, ValueError, OSError) as error:
        hint = "if it opens in the spreadsheet program, save it there as 'Excel workbook (.xlsx)' and send that"
        raise UserError(f"{name}: it is damaged or was cut off", hint) from error
    return [grid for grid in grids if grid.cells.height]


def _read(sheet: CalamineSheet, book: SafeWorkbook, *, hidden_sheet: bool) -> Grid:
    # iter_rows begins with the first line of the sheet, but with the first column that holds something.
    _, left = sheet.start or (0, 0)
    rounded: set[tuple[int, int]] = set()
    parts = [
        _part(rows, 1 + number * _ROWS_AT_ONCE, left, rounded)
        for number, rows in enumerate(_batches(sheet.iter_rows()))
    ]
    empty = pl.DataFrame(schema={LINE: pl.Int64})
    facts = SheetFacts() if book.facts is None else book.facts.get(sheet.name, SheetFacts())
    return Grid(
        sheet.name,
        pl.concat([empty, *parts], how="diagonal").rechunk(),
        tuple(Area(a[0] + 1, a[1], b[0] + 1, b[1]) for a, b in sheet.merged_cell_ranges or []),
        hidden_sheet,
        None if book.facts is None else frozenset(facts.hidden),
        frozenset(facts.formulas),
        frozenset(rounded),
        frozenset(facts.errors),
        since_1904=book.since_1904,
        hidden_columns=frozenset(facts.hidden_columns),
    )


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch


def _part(rows: Sequence[Sequence[object]], line: int, left: int, rounded: set[tuple[int, int]]) -> pl.DataFrame:
    """Some rows as text columns. ``line`` is that of the first of them."""
    columns = []
    for number, values in enumerate(zip(*rows, strict=True), start=left):
        texts = [value if type(value) is str else _text(value) for value in values]
        columns.append(pl.Series(str(number), texts, dtype=pl.String).replace("", None))
        if any(type(value) is float for value in values):
            long = (offset for offset, v in enumerate(values) if type(v) is float and abs(v) >= _EXACT_BELOW)
            rounded.update((line + offset, number) for offset in long)
    frame = pl.DataFrame(columns)
    held = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return frame.with_columns(pl.int_range(line, line + len(rows)).alias(LINE)).filter(held)


def _text(value: object) -> str:
    """A typed cell as text: dates as ISO, whole numbers without a decimal point."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if abs(value) >= _EXACT_BELOW:
            return str(int(Decimal(f"{value:.14e}")))
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)
