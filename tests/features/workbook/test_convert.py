"""A workbook becomes a register, and everything odd in it is said of its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from features.cli.console import UserError
from features.workbook.books import Book, open_book
from features.workbook.convert import read_workbook
from features.workbook.senders import SenderMapping
from tests import people, workbooks
from tests.features.workbook.books import COUNTY, faults, language, old_workbook, proposed, read, reading, workbook

HEAD = ["姓名", "性别", "出生日期", "村代码", "身份证号"]
ROW = ["模拟甲", "男", "2009.3.4", "520101001201", "52010120090304001X"]


def test_a_workbook_that_counts_days_from_1904(tmp_path: Path) -> None:
    """Read as days from 1900 every child would be four years older, and nobody would see it."""
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    for column, heading in enumerate(["姓名", "出生日期", "性别", "村代码"]):
        sheet.write_string(0, column, heading)
    day = date(2010, 5, 6)
    sheet.write_datetime(1, 1, day, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write_number(2, 1, (day - date(1904, 1, 1)).days)
    for line in (1, 2):
        sheet.write_string(line, 0, "模拟甲")
        sheet.write_string(line, 3, "520101001201")
    book.close()
    assert read(path).register.rows["birth_date"].to_list() == ["2010-05-06", "2010-05-06"]


def test_errors_of_a_spreadsheet_are_named_and_not_known(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["儿童姓名", "性别", "出生日期", "行政区划代码", "备注"])
    for name in ("模拟甲", "模拟乙", "模拟丙"):
        sheet.append([name, "男", "2009-03-14", "520101001201", "x"])
    for cell, text, kind in (("B2", "#N/A", "e"), ("C3", "#REF!", "e"), ("E3", "#REF!", "e"), ("A4", "#VALUE!", "s")):
        sheet[cell].value = text
        sheet[cell].data_type = kind
    book.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    named = {fault for fault in faults(found) if fault[2] == "error_cell"}
    assert named == {(2, "sex", "error_cell"), (3, "birth_date", "error_cell"), (4, "name", "error_cell")}
    assert found.faults.filter(pl.col("rule") == "error_cell")["level"].unique().to_list() == ["warning"]
    rows = found.register.rows
    assert rows.select("name", "sex", "birth_date").rows() == [
        ("模拟甲", None, "2009-03-14"), ("模拟乙", "boy", None), (None, "boy", "2009-03-14"),
    ]  # fmt: skip


def test_the_township_with_everything_planted(tmp_path: Path) -> None:
    book = workbooks.township(tmp_path / "a.xlsx")
    found = read(book.path)
    register = found.register
    lines = dict(register.places.select("_row", "line").iter_rows())
    for row, name, birth in register.rows.select("_row", "name", "birth_date").iter_rows():
        child = book.children[workbooks.TOWNSHIP_SHEET, lines[row]]
        planted = {item.field for item in book.planted if item.line == lines[row]}
        assert name == child.name or "name" in planted
        assert birth == child.birth.isoformat() or "birth_date" in planted
    assert faults(found) == {
        (None, "file_status", "assumed"), (14, "name", "formula"), (15, "", "formula"),
        (11, "", "hidden_row"), (12, "", "hidden_row"), (24, "", "left_out_total"), (25, "", "left_out_note"),
        (10, "parents_away_since", "date_left_out"),
    }  # fmt: skip
    assert found.left_out == {"total": 1, "note": 1}
    assert found.defaults == {"recorded_on": "2016-08-01", "file_status": "active", "valid_from": "recorded_on"}
    assert register.columns[workbooks.TOWNSHIP_SHEET]["birth_date"] == (4, "儿童基本情况/出生日期")
    assert register.county == COUNTY


def test_a_sheet_per_village_is_a_place(tmp_path: Path) -> None:
    book = workbooks.villages(tmp_path / "b.xlsx")
    found = read(book.path)
    assert {rule for _, _, rule in faults(found)} == {"place_unknown", "id_rounded", "sheet_skipped", "assumed"}
    codes = dict(zip(workbooks.VILLAGE_SHEETS, people.VILLAGES, strict=True))
    mapping = proposed(book.path)
    assert set(mapping.regions) == set(codes)
    known = read(book.path, SenderMapping("x", True, mapping.columns, (), mapping.values, codes))
    placed = known.register.rows.join(known.register.places, on="_row")
    assert placed["region_code"].to_list() == [codes[sheet] for sheet in placed["sheet"]]
    rounded = {(line, field) for line, field, rule in faults(known) if rule == "id_rounded"}
    assert rounded == {(item.line, item.field) for item in book.planted}
    gone = known.register.rows.filter(pl.col("id_number").is_null()).height
    assert gone == len(book.planted)
    assert known.register.seen["id_number"].null_count() == 0


def test_rounded_numbers_are_never_repaired(tmp_path: Path) -> None:
    found = read(
        workbook(tmp_path / "a.xlsx", [HEAD, [*ROW[:4], 520101200903040010], [*ROW[:4], "520101200903040000"]])
    )
    assert found.register.rows["id_number"].to_list() == [None, "520101200903040000"]
    assert (2, "id_number", "id_rounded") in faults(found)
    assert (3, "id_number", "id_rounded") not in faults(found)


def test_the_old_workbook_of_codes(tmp_path: Path) -> None:
    book = workbooks.old_book(tmp_path / "c.xls")
    found = read(book.path)
    assert "hidden_unknown" not in {rule for _, _, rule in faults(found)}, "its records tell"
    lines = found.register.places["line"].to_list()
    people = [book.children[workbooks.OLD_SHEET, line] for line in lines]
    assert found.register.rows["sex"].to_list() == ["girl" if child.girl else "boy" for child in people]
    assert found.register.rows["birth_date"].to_list() == [child.birth.isoformat() for child in people]
    assert set(proposed(book.path).values["guardian_type"].values()) == {"?"}


def test_names_of_places_become_codes(tmp_path: Path) -> None:
    rows = [["姓名", "性别", "乡镇", "村"], ["模拟甲", "男", "白云镇", "大寨"], ["模拟乙", "女", "白云镇", None]]
    path = workbook(tmp_path / "a.xlsx", rows)
    mapping = proposed(path)
    assert mapping.regions == {"白云镇": "?", "白云镇/大寨": "?"}
    codes = {"白云镇/大寨": "520101001201", "白云镇": "?"}
    found = read(path, SenderMapping("x", True, mapping.columns, regions=codes))
    assert found.register.rows["region_code"].to_list() == ["520101001201", None]
    assert "place_village" not in found.register.rows.columns
    assert {(line, rule) for line, field, rule in faults(found) if field == "region_code"} == {(3, "place_unknown")}


def test_a_column_of_codes_may_hold_names_too(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW, [*ROW[:3], "大寨", ""], [*ROW[:3], "5201", ""]])
    mapping = proposed(path)
    assert set(mapping.regions) == {"520101001201", "5201", "大寨"}
    codes = {"大寨": "520101001202", "520101001201": "?"}
    found = read(path, SenderMapping("x", True, mapping.columns, regions=codes))
    assert found.register.rows["region_code"].to_list() == ["520101001201", "520101001202", "5201"]


def test_cells_merged_over_siblings_hold_for_each(tmp_path: Path) -> None:
    rows = [["户号", "姓名", "住房情况"], ["7", "模拟甲", "危房"], [None, "模拟乙", None], [None, "模拟丙", "安全"]]
    found = read(workbook(tmp_path / "a.xlsx", rows, ("A2:A4", "C2:C3")))
    assert found.register.rows["household_no"].to_list() == ["7", "7", "7"]
    assert found.register.rows["dwelling"].to_list() == ["dangerous", "dangerous", "sound"]


def test_rows_with_only_a_printed_number_are_no_children(tmp_path: Path) -> None:
    found = read(workbook(tmp_path / "a.xlsx", [["序号", *HEAD], ["1", *ROW], ["2"], ["3"]]))
    assert found.register.rows.height == 1


def test_when_rows_were_recorded_must_be_known(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW])
    with pytest.raises(UserError, match="no column says when") as caught:
        read(path, recorded_on=None)
    assert "--recorded-on" in caught.value.hint
    dated = workbook(
        tmp_path / "b.xlsx", [[*HEAD, "填报日期", "档案状态"], [*ROW, date(2016, 7, 31), "在册"], [*ROW, None, None]]
    )
    found = read(dated)
    assert found.register.rows["recorded_on"].to_list() == ["2016-07-31", "2016-08-01"]
    assert found.register.rows["valid_from"].to_list() == ["2016-07-31", "2016-08-01"]
    assert found.register.rows["file_status"].to_list() == ["active", None]
    assert (None, "file_status", "assumed") not in faults(found)
    assert read(dated, recorded_on=None).register.rows["recorded_on"].to_list() == ["2016-07-31", None]


def test_hidden_sheets_are_read_and_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"甲": [HEAD, ROW], "乙": [HEAD, ROW, ROW]})
    book = openpyxl.load_workbook(path)
    book.worksheets[1].sheet_state = "hidden"
    book.save(path)
    found = read(path)
    assert found.register.rows.height == 3
    assert found.register.places["hidden"].to_list() == [False, True, True]
    said = found.faults.filter(pl.col("rule") == "hidden_sheet")
    assert said["detail"].to_list() == ["2"]


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_hidden_columns_are_read_and_said_by_their_headings(ending: str, tmp_path: Path) -> None:
    rows = [[*HEAD, "住房情况", "备注"], [*ROW, None, "x"], [*ROW, None, "y"]]
    hidden = (1, 3, 5, 6)  # read, read, read but empty, not read
    write = workbook if ending == "xlsx" else old_workbook
    found = read(write(tmp_path / f"a.{ending}", {"甲": rows, "乙": rows}, hidden_columns=hidden))
    said = found.faults.filter(pl.col("rule") == "hidden_column")
    assert set(said.select("_row", "field", "detail", "level").iter_rows()) == {
        (None, "sex", "性别", "warning"), (None, "region_code", "村代码", "warning"),
    }  # fmt: skip
    assert found.register.rows["sex"].to_list() == ["boy"] * 4


def test_a_book_before_excel_97_does_not_tell_what_is_hidden(tmp_path: Path) -> None:
    path = old_workbook(tmp_path / "a.xls", {"甲": [HEAD, ROW]}, (1,))
    sheets = open_book(Book(COUNTY, path, "a.xls"), language(), proposed(path))
    older = [
        replace(sheet, grid=replace(sheet.grid, hidden=None, hidden_columns=frozenset())) for sheet in sheets.sheets
    ]
    found = read_workbook(replace(sheets, sheets=older), reading(proposed(path)))
    assert {(None, "", "hidden_unknown"), (None, "file_status", "assumed")} == faults(found)


def test_an_old_workbook_that_counts_days_from_1904(tmp_path: Path) -> None:
    day = date(2010, 5, 6)
    number = (day - date(1904, 1, 1)).days
    rows = [HEAD, [*ROW[:2], day, *ROW[3:]], [*ROW[:2], number, *ROW[3:]]]
    path = old_workbook(tmp_path / "a.xls", {"甲": rows}, since_1904=True)
    assert read(path).register.rows["birth_date"].to_list() == ["2010-05-06", "2010-05-06"]
    counted = old_workbook(tmp_path / "b.xls", {"甲": rows[:2]})
    assert read(counted).register.rows["birth_date"].to_list() == ["2010-05-06"]


def test_an_unreadable_date_is_left_out_only_where_a_row_can_do_without(tmp_path: Path) -> None:
    head = [*HEAD, "父母外出时间", "拒绝评分日期", "填报日期"]
    rows = [
        [*ROW, "去年年底", None, "2016-07-31"], [*ROW, "2015年3月1日", "上个月", "7月"],
        [*ROW[:2], "那年春天", *ROW[3:], None, None, "2016-07-31"],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", [head, *rows])
    columns = proposed(path).columns | {
        "父母外出时间": "parents_away_since",
        "拒绝评分日期": "model_refused_on",
        "填报日期": "recorded_on",
    }
    found = read(path, SenderMapping("x", True, columns))
    left_out = found.faults.filter(pl.col("rule") == "date_left_out")
    assert left_out.select("field", "level").rows() == [("parents_away_since", "warning")]
    assert (2, "parents_away_since", "date_left_out") in faults(found)
    kept = found.register.rows.select("parents_away_since", "model_refused_on", "recorded_on", "birth_date").rows()
    assert kept == [
        (None, None, "2016-07-31", "2009-03-04"), ("2015-03-01", "上个月", "7月", "2009-03-04"),
        (None, None, "2016-07-31", "那年春天"),
    ]  # fmt: skip
    assert found.register.seen["parents_away_since"].to_list() == ["去年年底", "2015年3月1日", None]


def test_sheets_that_are_ledger_tables(tmp_path: Path) -> None:
    visits = [
        ["走访编号", "家庭编号", "走访日期", "走访缘由", "是否见到"],
        ["v1", "h1", "2016年8月1日", "例行走访", "是"],
    ]
    found = read(workbook(tmp_path / "a.xlsx", {"登记": [HEAD, ROW], "走访": visits}))
    (row,) = found.register.tables["visits"].drop("_row").to_dicts()
    assert row == {
        "visit_id": "v1", "household_id": "h1", "visited_on": "2016-08-01", "purpose": "routine", "met": "true",
        "recorded_on": "2016-08-01", "valid_from": "2016-08-01",
    }  # fmt: skip
    assert found.register.rows.height == 1
    assert found.register.places["sheet"].to_list() == ["登记", "走访"]
