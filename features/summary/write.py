"""Write the county summary as a workbook: the summary, who is left out and why, and what each column counts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from features.cli.console import UserError
from features.summary.count import LEFT_OUT, PLACE, REGISTERED, TOTAL, Summary, lacks
from features.summary.layout import KNOWN_WORDS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET = "汇总表 Annex 3"
LEFT_OUT_SHEET = "未计入 left out"
COLUMNS_SHEET = "列说明 columns"
_PLACE_HEADING = "地区 place"
_TOTAL_WORDS = "合计 total"
_SIMULATED = "模拟数据，不是真实儿童。 Simulated data: these are no real children."
_RULE = (
    "有一项情况未知的儿童不计入1至32列，另列于“未计入”表：各列勾稽相等，且不补造数据。 "
    "A child with a fact that is not known is counted in none of the columns 1 to 32 but on the sheet 'left out': the "
    "identities hold and no fact is made up."
)


def write_summary(summary: Summary, path: Path) -> None:
    """Write a summary to an XLSX file, whole or not at all. Text is written as text, never as a formula.

    Raises:
        UserError: the file cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    part = path.with_name(f".{path.name}.part-{os.getpid()}")
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with Workbook(str(part), options) as book:
            styles = _Styles(book)
            _write_counts(book.add_worksheet(SHEET), summary, styles)
            _write_left_out(book.add_worksheet(LEFT_OUT_SHEET), summary, styles)
            _write_columns(book.add_worksheet(COLUMNS_SHEET), summary, styles)
        part.replace(path)
    except (OSError, FileCreateError) as error:
        reason = getattr(error, "strerror", None) or "no room or no rights"
        raise UserError(f"{path}: cannot be written: {reason}", "give a place that can be written") from error
    finally:
        if part.exists():
            part.unlink()


class _Styles:
    """The looks of the cells of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.note: Format = book.add_format({"text_wrap": True, "valign": "top"})
        self.head: Format = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#E8EEF4",
            }
        )
        self.cell: Format = book.add_format({"border": 1})
        self.total: Format = book.add_format({"border": 1, "bold": True, "top": 2})


def _write_counts(sheet: Worksheet, summary: Summary, styles: _Styles) -> None:
    layout = summary.layout
    last = len(layout.columns)
    first_row = _write_front(sheet, summary, last, styles)
    sheet.merge_range(first_row, 0, first_row + 2, 0, _PLACE_HEADING, styles.head)
    for place, column in enumerate(layout.columns, start=1):
        sheet.write_number(first_row, place, column.number, styles.head)
        sheet.write_string(first_row + 1, place, column.label.zh, styles.head)
        sheet.write_string(first_row + 2, place, column.label.en, styles.head)
    sheet.set_row(first_row + 1, 64)
    sheet.set_row(first_row + 2, 78)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, last, 9)
    sheet.freeze_panes(first_row + 3, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first_row, first_row + 2)
    _write_rows(sheet, summary, first_row + 3, [str(number) for number in layout.numbers], styles)


def _write_front(sheet: Worksheet, summary: Summary, last: int, styles: _Styles) -> int:
    """Title, day and notes; the row the table begins in."""
    sheet.write_string(0, 0, f"{summary.layout.label.zh} {summary.layout.label.en}", styles.title)
    registered = summary.frame[REGISTERED][-1]
    said = f"截止 as of {summary.as_of}    在册 on file {registered:,}    未计入 left out {summary.left_out:,}" + (
        f"    {_SIMULATED}" if summary.simulated else ""
    )
    sheet.write_string(1, 0, said)
    sheet.merge_range(2, 0, 2, last, _RULE, styles.note)
    sheet.set_row(2, 32)
    return 4


def _write_rows(sheet: Worksheet, summary: Summary, first_row: int, columns: list[str], styles: _Styles) -> None:
    for row, said in enumerate(summary.frame.iter_rows(named=True), start=first_row):
        is_total = said[PLACE] == TOTAL
        style = styles.total if is_total else styles.cell
        sheet.write_string(row, 0, _TOTAL_WORDS if is_total else said[PLACE], style)
        for place, column in enumerate(columns, start=1):
            sheet.write_number(row, place, said[column], style)


def _write_left_out(sheet: Worksheet, summary: Summary, styles: _Styles) -> None:
    sheet.merge_range(0, 0, 0, 9, _RULE, styles.note)
    sheet.set_row(0, 48)
    parts = summary.layout.breakdowns
    headings = [_PLACE_HEADING, "在册 on file", "未计入 left out"]
    headings += [f"{part.label.zh}不明 {part.label.en} not known" for part in parts]
    for place, heading in enumerate(headings):
        sheet.write_string(2, place, heading, styles.head)
    sheet.set_column(0, len(headings), 15)
    sheet.set_row(2, 64)
    sheet.freeze_panes(3, 1)
    _write_rows(sheet, summary, 3, [REGISTERED, LEFT_OUT, *(lacks(part.name) for part in parts)], styles)


def _write_columns(sheet: Worksheet, summary: Summary, styles: _Styles) -> None:
    layout = summary.layout
    for place, heading in enumerate(("列 column", "名称", "name", "列义来源", "how sure the meaning is")):
        sheet.write_string(0, place, heading, styles.head)
    for row, column in enumerate(layout.columns, start=1):
        words = KNOWN_WORDS[column.known]
        sheet.write_number(row, 0, column.number, styles.cell)
        for place, text in enumerate((column.label.zh, column.label.en, words.zh, words.en), start=1):
            sheet.write_string(row, place, text, styles.cell)
    row = len(layout.columns) + 2
    sheet.write_string(row, 0, "勾稽关系 identities: " + "; ".join(_identity(equal) for equal in layout.identities))
    sheet.write_string(row + 1, 0, f"来源 source: {layout.source}")
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 4, 44)


def _identity(equal: tuple[tuple[int, ...], ...]) -> str:
    return " = ".join("+".join(map(str, part)) for part in equal)
