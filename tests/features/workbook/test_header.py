"""Where a table begins and ends, in sheets as people make them."""

from __future__ import annotations

from pathlib import Path

from features.workbook.grid import LINE, read_grids
from features.workbook.header import SheetTable, find_table
from features.workbook.propose import known_headings
from features.workbook.safe import require_safe
from tests import workbooks
from tests.features.workbook.books import Rows, language, workbook

HEAD = ["序号", "姓名", "性别", "出生日期"]
ROW = ["1", "模拟甲", "男", "2009-03-04"]


def table(path: Path, rows: Rows, merged: tuple[str, ...] = ()) -> SheetTable | None:
    (grid,) = read_grids(require_safe(workbook(path, rows, merged)))
    return find_table(grid, language().headings.layout, known_headings(language().headings, language().fields, ()))


def test_titles_above_and_blank_columns(tmp_path: Path) -> None:
    title: list[list[object]] = [["某镇登记表"], ["填报单位：某镇", None, None, "2016年7月31日"], []]
    found = table(tmp_path / "a.xlsx", [*title, [None, *HEAD[:2], None, *HEAD[2:]], [None, *ROW[:2], None, *ROW[2:]]])
    assert found is not None
    assert found.headings == {1: "序号", 2: "姓名", 4: "性别", 5: "出生日期"}
    assert (found.header_line, found.rows[LINE].to_list()) == (4, [5])


def test_two_rows_of_headings_under_groups(tmp_path: Path) -> None:
    rows = [
        ["姓名", "父亲", None, "母亲", None, "性别"],
        [None, "姓名", "电话", "姓名", "电话", None],
        ["甲", *"abcd", "男"],
    ]
    found = table(tmp_path / "a.xlsx", rows, ("A1:A2", "B1:C1", "D1:E1", "F1:F2"))
    assert found is not None
    assert list(found.headings.values()) == ["姓名", "父亲/姓名", "父亲/电话", "母亲/姓名", "母亲/电话", "性别"]
    assert found.header_line == 2


def test_groups_without_a_cell_merged_downwards(tmp_path: Path) -> None:
    rows = [["儿童", None, "父亲", None], ["姓名", "性别", "姓名", "电话"], ["甲", "男", "乙", "1"]]
    found = table(tmp_path / "a.xlsx", rows, ("A1:B1", "C1:D1"))
    assert found is not None
    assert list(found.headings.values()) == ["儿童/姓名", "儿童/性别", "父亲/姓名", "父亲/电话"]


def test_a_title_over_the_whole_table_is_no_group(tmp_path: Path) -> None:
    found = table(tmp_path / "a.xlsx", [["登记表", None, None, None], HEAD, ROW], ("A1:D1",))
    assert found is not None
    assert list(found.headings.values()) == HEAD


def test_totals_notes_examples_and_numbers_are_left_out(tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["1", "2", "3", "4"],
        ROW,
        ["合计", "1人"],
        ["注：以上为模拟数据"],
        ["填表人：某人", None, "审核人：某人"],
    ]
    found = table(tmp_path / "a.xlsx", rows)
    assert found is not None
    assert found.left_out == {2: "numbers", 4: "total", 5: "note", 6: "note"}
    assert found.rows[LINE].to_list() == [3]
    found = table(tmp_path / "b.xlsx", [HEAD, ["示例", "某某", "男", "2009-03-04"], ROW])
    assert found is not None
    assert found.left_out == {2: "example"}


def test_a_child_is_never_taken_for_a_total(tmp_path: Path) -> None:
    rows = [
        ["姓名", "性别", "民族", "出生日期"],
        ["注小明", "男", "汉族", "2009-03-04"],
        ["例甲", "女", "汉族", "2009-03-04"],
    ]
    rows += [["合计明", "男", "汉族", "2010-03-04"], ["1", "2", "x", "y"]]
    found = table(tmp_path / "a.xlsx", rows)
    assert found is not None
    assert found.left_out == {}


def test_a_heading_twice_gets_a_number(tmp_path: Path) -> None:
    found = table(tmp_path / "a.xlsx", [["姓名", "性别", "电话", "电话"], ["甲", "男", "1", "2"]])
    assert found is not None
    assert list(found.headings.values()) == ["姓名", "性别", "电话", "电话#2"]


def test_words_nobody_knows_can_be_headings_too(tmp_path: Path) -> None:
    found = table(tmp_path / "a.xlsx", [["年报"], ["称谓", "何年", "何处", "何人"], ["甲", "1", "x", "y"]])
    assert found is not None
    assert found.header_line == 2


def test_a_sheet_of_prose_has_no_table(tmp_path: Path) -> None:
    assert table(tmp_path / "a.xlsx", [["各村于7月底前报送。"], ["联系人"]]) is None


def test_the_ugly_township(tmp_path: Path) -> None:
    book = workbooks.township(tmp_path / "a.xlsx")
    (grid,) = read_grids(require_safe(book.path))
    found = find_table(grid, language().headings.layout, known_headings(language().headings, language().fields, ()))
    assert found is not None
    assert found.rows[LINE].to_list() == [line for _, line in book.children]
    assert sorted(found.left_out.values()) == ["note", "total"]


def test_headings_once_more_are_no_child(tmp_path: Path) -> None:
    """Printed pages repeat both rows of headings; a child who is called like one heading is a child."""
    top, low = ["儿童 Child", None, None], ["姓名 Name", "性别 Sex", "出生日期"]
    rows = [top, low, ROW[1:], top, low, ["姓名 Name", "男", "2010-01-02"], [*ROW[1:]]]
    found = table(tmp_path / "a.xlsx", rows, ("A1:C1", "A4:C4"))
    assert found is not None
    assert found.left_out == {5: "heading"}
    assert found.rows[LINE].to_list() == [3, 4, 6, 7]
