"""A new workbook with only the faulty rows, to be marked where the sender's own is old or very large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from features.workbook.original import as_text, cell_at
from features.workbook.place import ROW
from features.workbook.register import Register
from features.workbook.safe_text import cell_text

HEADING_FILL = PatternFill("solid", fgColor="E7E2EF")
_TOP = Alignment(wrap_text=True, vertical="top")
_HEADING_LINE = 1
_WIDTH = (8, 28)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A workbook of some rows of a register and where each of them now stands.

    ``places`` has ``_row``, ``sheet`` and ``line`` as ``Register.places`` has them; ``columns`` likewise.
    """

    book: Workbook
    places: pl.DataFrame
    columns: Mapping[str, Mapping[str, tuple[int, str]]]


def excerpt(register: Register, rows: pl.Series, most: int) -> Excerpt:
    """The named rows as sent, sheet by sheet under the sender's headings, every cell as text.

    Args:
        register: the workbook as read.
        rows: numbers ``_row`` to take.
        most: at most so many rows.
    """
    book = Workbook(write_only=False)
    book.remove(book.worksheets[0])
    chosen = register.places.filter(pl.col(ROW).is_in(rows.implode())).head(most)
    seen = chosen.join(register.seen, on=ROW, how="left", maintain_order="left")
    columns = {name: close_up(fields) for name, fields in register.columns.items()}
    places = [
        _write_sheet(book.create_sheet(name), columns[name], part)
        for name in register.columns
        if (part := seen.filter(pl.col("sheet") == name)).height
    ]
    empty = register.places.clear()
    return Excerpt(book, pl.concat([empty, *places]), columns)


def close_up(fields: Mapping[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    """The same columns in the same order without the unread ones between them."""
    ordered = sorted(fields.items(), key=lambda item: item[1][0])
    return {field: (place, heading) for place, (field, (_, heading)) in enumerate(ordered)}


def _write_sheet(sheet: Worksheet, fields: Mapping[str, tuple[int, str]], seen: pl.DataFrame) -> pl.DataFrame:
    for field, (place, heading) in fields.items():
        _write_heading(sheet, place, heading, seen[field] if field in seen.columns else None)
    names = [field for field in fields if field in seen.columns]
    for line, row in enumerate(seen.select(names).iter_rows(), start=_HEADING_LINE + 1):
        for field, value in zip(names, row, strict=True):
            if value is not None:
                cell = cell_at(sheet, line, fields[field][0] + 1)
                as_text(cell, cell_text(value))
                cell.alignment = _TOP
    sheet.freeze_panes = f"A{_HEADING_LINE + 1}"
    lines = pl.int_range(_HEADING_LINE + 1, _HEADING_LINE + 1 + seen.height, eager=True)
    return seen.select(ROW, "sheet", lines.alias("line"), pl.lit(value=False).alias("hidden"))


def column_width(heading: str, values: pl.Series | None) -> int:
    """Characters a column needs for its heading on two lines or its longest value; Chinese ones count twice."""
    widest = None if values is None else (values.str.len_bytes() + values.str.len_chars()).max()
    low, high = _WIDTH
    return min(high, max(low, len(heading) + 2, widest // 2 + 2 if isinstance(widest, int) else 0))


def _write_heading(sheet: Worksheet, place: int, heading: str, values: pl.Series | None) -> None:
    cell = cell_at(sheet, _HEADING_LINE, place + 1)
    as_text(cell, cell_text(heading))
    cell.font, cell.fill, cell.alignment = Font(bold=True), HEADING_FILL, _TOP
    sheet.column_dimensions[get_column_letter(place + 1)].width = column_width(heading, values)
