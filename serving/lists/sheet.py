"""A list as a workbook or CSV to print, tick and carry: codes only, no names, no formula in any cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from features.workbook.safe_text import cell_text, write_csv
from serving.lists import words as w
from serving.lists.view import ListView

_WIDTHS = {
    "turn": 5, "household": 15, "child": 20, "village": 14, "why": 30, "due": 22, "last": 11, "level": 10, "marks": 20,
    "done": 7, "not_met": 7, "postponed": 9, "remarks": 24,
}  # fmt: skip
_TICK = "☐"


def write_workbook(view: ListView, path: Path, day: dt.date) -> None:
    """Write a list as XLSX: the visits on the first sheet, ready to print on A4, its facts on the second.

    Args:
        view: the list in words.
        path: the file.
        day: written into the file as its date, so that the same list gives the same bytes.
    """
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    made = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC).replace(tzinfo=None)
    book.set_properties({"title": view.title, "created": made})
    _visits(book, view)
    _facts(book, view)
    book.close()


def write_table(view: ListView, path: Path) -> None:
    """Write the visits of a list as CSV."""
    names = {name: view.say(label) for name, label in w.COLUMNS.items() if name not in w.TICKS}
    rows = [{heading: row.cells[name] for name, heading in names.items()} for row in view.rows]
    write_csv(pl.DataFrame(rows, schema=dict.fromkeys(names.values(), pl.String)), path)


def _visits(book: Any, view: ListView) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet("名单" if view.language == "zh" else "list")
    plain = {"border": 1, "valign": "top", "text_wrap": True, "font_size": 10}
    cell, bold = book.add_format(plain), book.add_format(plain | {"bold": True, "bg_color": "#E9E4F0"})
    due, tick = book.add_format(plain | {"bold": True}), book.add_format(plain | {"align": "center"})
    lines = [f"{view.title}  {view.facts[1][1]}  {view.facts[2][1]}", *filter(None, [view.simulated]), *view.warnings]
    for line, text in enumerate(lines):
        head = {"bold": True, "font_size": 15} if not line else {"font_size": 10, "font_color": "#8A1C1C"}
        sheet.write_string(line, 0, cell_text(text), book.add_format(head))
    top = len(lines)
    for column, (name, label) in enumerate(w.COLUMNS.items()):
        sheet.set_column(column, column, _WIDTHS[name])
        sheet.write_string(top, column, view.say(label), bold)
    for line, row in enumerate(view.rows, start=top + 1):
        for column, name in enumerate(w.COLUMNS):
            ticked = _TICK if name in w.TICKS[:-1] else ""
            style = tick if name in w.TICKS else due if row.kind == "duty" and name in ("why", "due") else cell
            sheet.write_string(line, column, cell_text(row.cells.get(name, ticked)), style)
    sheet.freeze_panes(top + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer(f"&L{cell_text(view.facts[0][1])}&C&P / &N&R{view.simulated}")


def _facts(book: Any, view: ListView) -> None:  # noqa: ANN401 - xlsxwriter has no types
    sheet = book.add_worksheet("说明" if view.language == "zh" else "about")
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    counts = [(label, str(count)) for label, count in view.counts]
    blocks = [*view.facts, *counts, *(("", note) for note in view.notes)]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 80)
    for line, (label, value) in enumerate(blocks):
        sheet.write_string(line, 0, cell_text(label), bold)
        sheet.write_string(line, 1, cell_text(value), wrap)
    top = len(blocks) + 1
    for column, heading in enumerate(w.VILLAGE_COLUMNS.values()):
        sheet.write_string(top, column, view.say(heading), bold)
    for line, village in enumerate(view.villages, start=top + 1):
        for column, name in enumerate(w.VILLAGE_COLUMNS):
            sheet.write_string(line, column, cell_text(village[name]))
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
