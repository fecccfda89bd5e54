"""The list as a workbook to fill in away from the network: drop-downs for what happened, everything else protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from features.workbook.safe_text import cell_text
from serving.review.store.lists import Status
from serving.review.web.pages.rows import Row
from serving.review.words import Words
from serving.review.workbook.layout import (
    FILLED_IN,
    HIDDEN,
    NAMES,
    VISIBLE,
    mark_of_item,
    reason_codes,
    workbook_settings,
)

_HEAD, _FIRST = 1, 2
"""Rows: the hidden codes are row 0, the headings row 1."""
# A cell of text whatever it begins with: nothing of ours runs as a formula.
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DAY = "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook is made of. ``days`` are the first and last day that may be given; ``names``: with names."""

    rows: Sequence[Row]
    words: Words
    names: bool
    days: tuple[date, date]
    simulated: bool


def write_list(book: Book) -> bytes:
    """The workbook as the bytes of an .xlsx file."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as workbook:
        sheet = workbook.add_worksheet(book.words("workbook.sheet"))
        lists = workbook.add_worksheet(book.words("workbook.lists"))
        lists.hide()
        columns = [*(one for one in VISIBLE if book.names or one not in NAMES), *HIDDEN]
        _lay_out(workbook, sheet, columns, book)
        formats = _formats(workbook)
        for line, row in enumerate(book.rows, start=_FIRST):
            _write_row(sheet, line, row, columns, book.words, formats)
        _let_choose(sheet, lists, columns, book)
    return out.getvalue()


def _lay_out(workbook: xlsxwriter.Workbook, sheet: Worksheet, columns: Sequence[str], book: Book) -> None:
    heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E7E2EF"})
    for place, name in enumerate(columns):
        sheet.write_string(0, place, name)
        if name in HIDDEN:
            sheet.set_column(place, place, None, None, {"hidden": True})
            continue
        sheet.set_column(place, place, workbook_settings().widths[name])
        sheet.write_string(_HEAD, place, book.words(f"workbook.{name}"), heading)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.freeze_panes(_FIRST, columns.index("household") + 1)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD)
    if book.simulated:
        sheet.set_header(f"&C{book.words('app.simulated')}")


def _formats(workbook: xlsxwriter.Workbook) -> dict[str, Format]:
    open_cell: dict[str, Any] = {"locked": False, "bg_color": "#FFF8E1", "valign": "top", "text_wrap": True}
    formats = {name: workbook.add_format({**open_cell, "num_format": "@"}) for name in FILLED_IN}
    formats["on"] = workbook.add_format({**open_cell, "num_format": _DAY})
    return formats | {"": workbook.add_format({"valign": "top", "text_wrap": True})}


def _write_row(
    sheet: Worksheet, line: int, row: Row, columns: Sequence[str], words: Words, formats: dict[str, Format]
) -> None:
    item = row.item
    texts = _texts(row, words)
    for place, name in enumerate(columns):
        look = formats.get(name, formats[""])
        if name == "on":
            if item.status_on is None:
                sheet.write_blank(line, place, None, look)
            else:
                sheet.write_datetime(line, place, datetime.combine(item.status_on, time()), look)
        elif name in ("place", "key", "version"):
            sheet.write_number(line, place, {"place": item.place, "key": item.id, "version": item.version}[name], look)
        else:
            sheet.write_string(line, place, cell_text(texts[name]), look)


def _texts(row: Row, words: Words) -> dict[str, str]:
    item = row.item
    return {
        "household": item.household_id,
        "name": row.called if row.named else "",
        "children": row.children,
        "village": item.region_code,
        "why": row.duty or row.band or " ".join(row.marks),
        "due": row.due,
        "last": "" if row.last_on is None else words.day(row.last_on),
        "status": words(f"status.{item.status}"),
        "reason": words(f"reason.{item.reason}") if item.reason else "",
        "note": item.note or "",
        "was": mark_of_item(item),
    }


def _let_choose(sheet: Worksheet, lists: Worksheet, columns: Sequence[str], book: Book) -> None:
    """Drop-downs of words and a bound for days, as far down as the list goes."""
    last = max(_FIRST, _FIRST + len(book.rows) - 1)
    choices = {
        "status": [book.words(f"status.{status}") for status in Status],
        "reason": [book.words(f"reason.{code}") for code in reason_codes()],
    }
    for number, (name, words) in enumerate(choices.items()):
        for line, word in enumerate(words):
            lists.write_string(line, number, word)
        letter = "AB"[number]
        source = f"='{lists.get_name()}'!${letter}$1:${letter}${len(words)}"
        place = columns.index(name)
        sheet.data_validation(_FIRST, place, last, place, {"validate": "list", "source": source})
    place = columns.index("on")
    first_day, last_day = book.days
    rule = {"validate": "date", "criteria": "between", "minimum": first_day, "maximum": last_day}
    sheet.data_validation(_FIRST, place, last, place, rule)
