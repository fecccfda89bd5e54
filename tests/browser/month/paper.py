"""The list on paper and in a workbook, out and back in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from tests.browser.month.caseworker import note_only
from tests.browser.month.days import Calendar
from tests.browser.month.people import Person, go, words
from tests.browser.month.places import Chosen

_A4 = ("/MediaBox", "/Page")


def print_without_names(caseworker: Person, names: Iterable[str], folder: Path) -> Path:
    """The list as the printer gets it: numbers, no names; a PDF made by the browser."""
    page = caseworker.at("list")
    shown = words(page.locator("main"))
    known = [name for name in names if name in shown]
    assert known, "the list on the screen names families"
    go(page.get_by_text("查找、筛选、打印、表格"))
    go(page.get_by_role("link", name="打印（不含姓名）"))
    page.emulate_media(media="print")
    printed = words(page.locator("body"))
    assert [name for name in names if name in printed] == []
    assert page.locator("table.paper tbody tr").count() > 0
    assert not page.locator("header").is_visible(), "no menu on paper"
    target = folder / "12-caseworker-paper.pdf"
    page.pdf(path=target, format="A4", print_background=True)
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert all(mark.encode() in content for mark in _A4)
    page.emulate_media(media="screen")
    caseworker.picture("12-caseworker-paper")
    return target


def workbook_round_trip(caseworker: Person, chosen: Chosen, calendar: Calendar, folder: Path) -> None:
    """Out, filled in away from the network, and back in; of one household the page said otherwise meanwhile."""
    page = caseworker.at("list")
    go(page.get_by_text("查找、筛选、打印、表格"))
    with page.expect_download() as begun:
        go(page.get_by_role("link", name="下载表格"))
    book = folder / "list.xlsx"
    begun.value.save_as(book)
    _fill_in(
        book,
        {
            chosen.not_met.id: ("未见到", calendar.visit_day, "家中无人"),
            chosen.postponed.id: ("延期", calendar.visit_day, "家里要求改期"),
        },
    )
    note_only(caseworker, chosen.postponed, "未见到", "地址不对")
    page = caseworker.at("list")
    go(page.get_by_text("查找、筛选、打印、表格"))
    go(page.get_by_role("link", name="交回表格"))
    caseworker.picture("13-caseworker-hand-in")
    page.set_input_files("#book", book)
    go(page.get_by_role("button", name="看"))
    conflict = page.locator("fieldset.card")
    assert conflict.count() == 1
    assert "地址不对" in words(conflict), words(conflict)
    assert "家里要求改期" in words(conflict)
    changes = words(page.locator("table.become"))
    assert "家中无人" in changes
    assert "地址不对" not in changes
    _picture_here(caseworker, "13-caseworker-conflict")
    page.locator("input[value^='mine:']").check()
    go(page.get_by_role("button", name="保存这些"))
    assert "已保存 2 户" in caseworker.said()
    page = caseworker.at("list")
    for place, status in ((chosen.not_met, "未见到"), (chosen.postponed, "延期")):
        assert status in words(page.locator(f"#i{place.id} .tags"))


def _fill_in(book: Path, said: dict[int, tuple[Any, ...]]) -> None:
    """Type into the workbook as somebody at a desk does."""
    opened = openpyxl.load_workbook(book)
    sheet = opened.worksheets[0]
    assert isinstance(sheet, Worksheet)
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    rows = {sheet.cell(row, columns["key"]).value: row for row in range(3, sheet.max_row + 1)}
    for key, values in said.items():
        for name, value in zip(("status", "on", "reason"), values, strict=True):
            sheet.cell(rows[key], columns[name]).value = value
    opened.save(book)


def _picture_here(person: Person, name: str) -> None:
    """A page that answers a form and has no address of its own, as it is."""
    if person.shots is not None:
        person.page.screenshot(path=person.shots / f"{name}-phone-zh.png", full_page=True)
