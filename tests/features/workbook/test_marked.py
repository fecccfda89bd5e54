"""The marked copy: faulty cells coloured and explained, everything else as it was."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from features.workbook.marked import FILLS, MarkedBook, marked_book
from features.workbook.original import sheets_of
from features.workbook.place import locate
from features.workbook.register import Register
from tests.features.workbook.read_books import faults_of, planted_faults, register_of
from tests.workbooks import OLD_SHEET, TOWNSHIP_SHEET, UglyBook, old_book, township

LIMITS = {"rows": 1000, "unpacked_bytes": 10_000_000, "faulty_rows": 100, "listed": 100, "comments": 100}


@pytest.fixture
def ugly(tmp_path: Path) -> UglyBook:
    return township(tmp_path / "a.xlsx")


def mark(path: Path, register: Register, faults: pl.DataFrame, **limits: int) -> MarkedBook:
    located = locate(faults, register).with_row_index("_fault").cast({"_fault": pl.Int64})
    words = {number: f"{rule} 问题" for number, rule in located.select("_fault", "rule").iter_rows()}
    return marked_book(path, register, located, words, {**LIMITS, **limits})


def test_each_planted_fault_is_coloured_and_explained(ugly: UglyBook) -> None:
    register = register_of(ugly)
    made = mark(ugly.path, register, planted_faults(ugly, register))
    sheet = made.book[TOWNSHIP_SHEET]
    assert made.whole
    assert sheet["F5"].comment.text == "id_checksum 问题"
    assert sheet["F5"].fill.fgColor.rgb == FILLS["error"].fgColor.rgb
    assert sheet["A11"].fill.fgColor.rgb == FILLS["warning"].fgColor.rgb
    filled = {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fill_type == "solid"}
    assert filled == {"F5", "E6", "C8", "T9", "R10", "A11", "A12", "E13", "F23"}


def test_the_rest_is_as_it_was_sent(ugly: UglyBook) -> None:
    register = register_of(ugly)
    made = mark(ugly.path, register, planted_faults(ugly, register))
    before, after = load_workbook(ugly.path)[TOWNSHIP_SHEET], made.book[TOWNSHIP_SHEET]
    cells = {cell.coordinate for row in before.iter_rows() for cell in row}
    assert {at: before[at].value for at in cells} == {at: after[at].value for at in cells}
    assert not after.row_dimensions[11].hidden, "what is to be looked at is shown"


def test_hidden_columns_with_something_to_look_at_are_shown(ugly: UglyBook) -> None:
    book = load_workbook(ugly.path)
    for letter in "FG":
        book[TOWNSHIP_SHEET].column_dimensions[letter].hidden = True
    book.save(ugly.path)
    register = register_of(ugly)
    shown = mark(ugly.path, register, planted_faults(ugly, register)).book[TOWNSHIP_SHEET].column_dimensions
    assert not shown["F"].hidden
    untouched = mark(ugly.path, register, faults_of([(0, "sex", "id_sex", "", "error", "", None)])).book
    assert untouched[TOWNSHIP_SHEET].column_dimensions["F"].hidden


def test_an_error_beside_a_warning_stays_red_and_both_are_said(ugly: UglyBook) -> None:
    faults = faults_of([(0, "sex", "id_sex", "", "error", "", None), (0, "sex", "id_filled", "", "warning", "", None)])
    cell = mark(ugly.path, register_of(ugly), faults).book[TOWNSHIP_SHEET]["C5"]
    assert cell.fill.fgColor.rgb == FILLS["error"].fgColor.rgb
    assert cell.comment.text == "id_filled 问题\nid_sex 问题"


def test_the_senders_own_comment_is_kept(ugly: UglyBook) -> None:
    book = load_workbook(ugly.path)
    book[TOWNSHIP_SHEET]["C5"].comment = Comment("村里说的", "村")
    book.save(ugly.path)
    faults = faults_of([(0, "sex", "id_sex", "", "error", "", None)])
    assert mark(ugly.path, register_of(ugly), faults).book[TOWNSHIP_SHEET]["C5"].comment.text == (
        "村里说的\n\nid_sex 问题"
    )


def test_comments_end_where_a_spreadsheet_grows_slow_but_colours_do_not(ugly: UglyBook) -> None:
    register = register_of(ugly)
    sheet = mark(ugly.path, register, planted_faults(ugly, register), comments=2).book[TOWNSHIP_SHEET]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert sum(cell.comment is not None for cell in cells) == 2
    assert sum(cell.fill.fill_type == "solid" for cell in cells) == 9


@pytest.mark.parametrize("limits", [{"rows": 3}, {"unpacked_bytes": 1000}])
def test_a_large_book_is_answered_with_its_faulty_rows(ugly: UglyBook, limits: dict[str, int]) -> None:
    register = register_of(ugly)
    made = mark(ugly.path, register, planted_faults(ugly, register), **limits)
    sheet = made.book[TOWNSHIP_SHEET]
    assert not made.whole
    assert sheet.max_row == 10
    assert sheet["D2"].comment.text == "id_checksum 问题"
    assert made.faults.filter(pl.col("rule") == "id_checksum")["cell"].item() == "D2"


def test_an_old_book_is_answered_so_too_with_text_in_every_cell(tmp_path: Path) -> None:
    ugly = old_book(tmp_path / "c.xls", 6)
    seen = pl.DataFrame({"_row": [4, 5], "name": ["模拟戊", "=1+1"], "id_number": ["52010119", None]})
    places = pl.DataFrame({"_row": [4, 5], "sheet": [OLD_SHEET] * 2, "line": [7, 8], "hidden": [False] * 2})
    columns = {OLD_SHEET: {"name": (1, "儿童姓名"), "id_number": (5, "身份证号")}}
    register = Register("520101", seen, places, columns, seen)
    faults = faults_of([(n, "id_number", "id_length", "", "error", "", None) for n in (4, 5)])
    made = mark(ugly.path, register, faults)
    sheet = sheets_of(made.book)[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["儿童姓名", "身份证号"], ["模拟戊", "52010119"], ["=1+1", None],
    ]  # fmt: skip
    assert (sheet["A3"].data_type, sheet["A3"].quotePrefix, sheet["B2"].number_format) == ("s", True, "@")
    assert made.faults["cell"].to_list() == ["B2", "B3"]
