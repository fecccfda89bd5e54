"""Sheets as grids: every cell at its place as text, and what is hidden, merged or lost."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlwt

from features.cli.console import UserError
from features.workbook.grid import LINE, Area, Grid, read_grids
from features.workbook.safe import require_safe
from tests import workbooks
from tests.features.workbook.books import workbook


def grids(path: Path) -> list[Grid]:
    return read_grids(require_safe(path))


def test_cells_are_text_at_their_place(tmp_path: Path) -> None:
    rows = [[], [None, None, "a"], [], [None, "x", 3, 2.5, True, date(2016, 7, 31)]]
    (grid,) = grids(workbook(tmp_path / "a.xlsx", rows))
    assert grid.columns == [1, 2, 3, 4, 5]
    assert grid.cells[LINE].to_list() == [2, 4]
    assert grid.head(1) == [(2, {2: "a"})]
    assert grid.head(2)[1] == (4, {1: "x", 2: "3", 3: "2.5", 4: "true", 5: "2016-07-31"})


def test_numbers_longer_than_a_spreadsheet_keeps_are_named(tmp_path: Path) -> None:
    rows = [["a"], [520101200907110000], ["520101200907110000"], [999_999_999_999_999]]
    (grid,) = grids(workbook(tmp_path / "a.xlsx", rows))
    assert grid.rounded == {(2, 0)}
    assert grid.cells["0"].to_list()[1:] == ["520101200907110000", "520101200907110000", "999999999999999"]


def test_rows_beyond_one_batch_keep_their_lines(tmp_path: Path) -> None:
    rows = [[f"r{number}", None if number % 2 else "x"] for number in range(20_500)]
    (grid,) = grids(workbook(tmp_path / "a.xlsx", rows))
    assert grid.cells.height == 20_500
    assert (grid.cells["0"] == "r" + (grid.cells[LINE] - 1).cast(str)).all()


def test_hidden_rows_and_sheets_and_formulas(tmp_path: Path) -> None:
    (grid,) = grids(workbooks.township(tmp_path / "a.xlsx").path)
    assert grid.hidden == {11, 12}
    assert grid.formulas == {(14, 1), (15, 20)}
    assert Area(3, 1, 3, 6) in grid.merged
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.create_sheet("甲").append(["b"])
    book.worksheets[1].sheet_state = "veryHidden"
    book.save(tmp_path / "b.xlsx")
    assert [(one.sheet, one.hidden_sheet) for one in grids(tmp_path / "b.xlsx")] == [("Sheet", False), ("甲", True)]


def test_old_workbooks_tell_hidden_rows_too(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("甲")
    style = xlwt.XFStyle()
    style.num_format_str = "yyyy-mm-dd"
    sheet.write(0, 0, "生日")
    sheet.write(1, 0, date(2009, 3, 4), style)
    sheet.write(2, 0, 520101200907110000)
    sheet.write_merge(3, 4, 0, 1, "x")
    sheet.row(1).hidden = True
    book.add_sheet("empty")
    book.save(str(tmp_path / "a.xls"))
    (grid,) = grids(tmp_path / "a.xls")
    assert grid.hidden == {2}
    assert grid.cells["0"].to_list()[1] == "2009-03-04"
    assert grid.rounded == {(3, 0)}
    assert grid.merged == (Area(4, 0, 5, 1),)


def test_a_damaged_old_workbook(tmp_path: Path) -> None:
    path = workbooks.old_book(tmp_path / "a.xls").path
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(UserError, match="damaged or was cut off"):
        grids(path)


def test_a_workbook_of_old_macros_or_with_a_password_is_refused(tmp_path: Path) -> None:
    """A macro sheet of Excel 4 shows only in the record that names the sheet: its kind is 1 instead of 0."""
    path = workbooks.old_book(tmp_path / "a.xls").path
    content = bytearray(path.read_bytes())
    name = workbooks.OLD_SHEET.encode("ascii")
    place = content.index(bytes([len(name), 0]) + name)
    content[place - 1] = 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="macros"):
        grids(path)


def test_times_and_long_numbers_are_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(
        [time(9, 30), datetime.combine(date(2016, 7, 31), time(9, 30)), timedelta(days=1, hours=2)]
    )
    book.save(tmp_path / "a.xlsx")
    (grid,) = grids(tmp_path / "a.xlsx")
    assert grid.head(1)[0][1][0] == "09:30:00"
    assert grid.head(1)[0][1][1] == "2016-07-31 09:30:00"


def test_chart_sheets_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a"])
    book.create_chartsheet("图")
    book.save(tmp_path / "a.xlsx")
    assert [grid.sheet for grid in grids(tmp_path / "a.xlsx")] == ["Sheet"]
