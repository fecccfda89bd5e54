"""What is proposed for a sender's workbooks: only what is new, words with questions, places to fill in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from features.workbook.books import Book
from features.workbook.columns import propose_columns
from features.workbook.propose import EXACT
from features.workbook.senders import SenderMapping
from tests import workbooks
from tests.features.workbook.books import COUNTY, language, proposed, workbook


def test_the_old_workbook_of_codes(tmp_path: Path) -> None:
    path = workbooks.old_book(tmp_path / "c.xls").path
    found = propose_columns([Book(COUNTY, path, "c.xls")], language(), SenderMapping("x"))
    assert not found.mapping.confirmed
    assert found.mapping.columns["性别(1男2女)"] == "sex"
    assert found.mapping.values["sex"] == {"1": "boy", "2": "girl"}
    assert found.mapping.values["guardian_type"].keys() <= {"1", "2", "3", "5"}
    assert found.undecided == sum(ours == "?" for words in found.mapping.values.values() for ours in words.values())
    assert found.mapping.regions == {}
    assert found.sure["儿童姓名"] == EXACT
    assert "编号" not in found.new


def test_sheets_with_columns_in_another_order_are_one_mapping(tmp_path: Path) -> None:
    mapping = proposed(workbooks.villages(tmp_path / "b.xlsx").path)
    assert mapping.columns["带娃的人"] == "guardian_name"
    assert list(mapping.regions) == list(workbooks.VILLAGE_SHEETS)
    assert "father_state" not in mapping.values


def test_only_the_difference_is_new(tmp_path: Path) -> None:
    head, row = ["娃娃名字", "男女"], ["模拟甲", "男"]
    known = replace(proposed(workbook(tmp_path / "a.xlsx", [head, row])), confirmed=True)
    same = propose_columns([Book(COUNTY, tmp_path / "a.xlsx", "a")], language(), known)
    assert (same.mapping, same.new) == (known, ())
    assert [one.field for one in same.proposals] == ["name", "sex"]
    changed = replace(known, columns={**known.columns, "男女": ""})
    path = workbook(tmp_path / "b.xlsx", [[*head, "身体"], [*row, "头晕目眩"]])
    found = propose_columns([Book(COUNTY, path, "b")], language(), changed)
    assert found.new == ("身体",)
    assert found.mapping.columns == {**changed.columns, "身体": "health"}
    assert found.mapping.values == {"health": {"头晕目眩": "?"}}
    assert not found.mapping.confirmed


def test_headings_that_only_some_workbooks_have(tmp_path: Path) -> None:
    one = workbook(tmp_path / "a.xlsx", [["姓名", "性别"], ["模拟甲", "男"]])
    two = workbook(tmp_path / "b.xlsx", [["姓名", "民族"], ["模拟甲", "汉"]])
    assert proposed(one, two).may_be_missing == ("性别", "民族")


def test_a_sheet_that_is_a_table_is_not_asked_for(tmp_path: Path) -> None:
    visits = [
        ["走访编号", "家庭编号", "走访日期", "走访缘由", "是否见到"],
        ["v1", "h1", "2016-08-01", "例行走访", "是"],
    ]
    mapping = proposed(workbook(tmp_path / "a.xlsx", {"登记": [["姓名", "性别"], ["模拟甲", "男"]], "走访": visits}))
    assert set(mapping.columns) == {"姓名", "性别"}
