"""The visits of a pilot as people take them along: a workbook and a CSV, numbers only, no names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from features.cli.console import UserError
from features.definition import structure as s
from features.workbook.safe_text import safe_frame
from training.design.assignments import STRATUM

_HEADINGS = (
    "序号 no.", "村 village", "家庭编号 household", "儿童数 children", "原因 reason", "应于 due on",
    "走访日期 visited on", "是否见到 seen",
)  # fmt: skip
_REASONS = {"duty": "应办走访 visit due", "random": "抽签 by lot"}
_WIDTHS = (9, 16, 22, 14, 20, 14, 18, 14)


def write_sheets(drawn: pl.DataFrame, folder: Path, name: str, as_of: date) -> tuple[Path, Path]:
    """Write the households that were drawn, in the order of villages, with room for what the visit brought.

    Whether a household was drawn by lot is said: a visitor may not choose another one in its place.

    Raises:
        UserError: the folder cannot be written.
    """
    rows = safe_frame(
        drawn.sort(s.REGION, s.HOUSEHOLD).select(
            pl.int_range(1, pl.len() + 1).cast(pl.String).alias(_HEADINGS[0]),
            pl.col(s.REGION).fill_null("").alias(_HEADINGS[1]),
            pl.col(s.HOUSEHOLD).alias(_HEADINGS[2]),
            pl.col("children").cast(pl.String).alias(_HEADINGS[3]),
            pl.col(STRATUM).replace_strict(_REASONS, return_dtype=pl.String).alias(_HEADINGS[4]),
            pl.col(s.DUE_ON).cast(pl.String).fill_null("").alias(_HEADINGS[5]),
            *(pl.lit("").alias(heading) for heading in _HEADINGS[6:]),
        )
    )
    book, text = folder / f"{name}.xlsx", folder / f"{name}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text.write_text("\ufeff" + rows.write_csv(), encoding="utf-8")
        _write_book(rows, book, f"{name}  截止 as of {as_of}")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror})", "give --out another folder") from error
    return book, text


def _write_book(rows: pl.DataFrame, path: Path, title: str) -> None:
    book = Workbook()
    for name in book.sheetnames:
        del book[name]
    sheet: Worksheet = book.create_sheet("走访 visits")
    sheet.append([title])
    sheet.append([])
    sheet.append(list(_HEADINGS))
    for row in rows.iter_rows():
        sheet.append(row)
    for cell in (*sheet[1], *sheet[3]):
        cell.font = Font(bold=True)
    for place, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation = "landscape"
    book.save(path)
