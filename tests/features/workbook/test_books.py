"""Which workbooks a source holds, and whether somebody has said what their columns are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.workbook.books import find_books, require_known
from features.workbook.names import holds_workbooks
from features.workbook.senders import SenderMapping
from tests.features.workbook.books import COUNTY, opened, proposed, reading, workbook

HEAD = ["娃娃名字", "男女", "哪年哪月生"]
ROW = ["模拟甲", "男", "2009.3.4"]


def _refused(path: Path, mapping: SenderMapping) -> UserError:
    with pytest.raises(UserError) as caught:
        require_known(opened(path, mapping), reading(mapping))
    return caught.value


def test_a_folder_of_counties_and_of_workbooks(tmp_path: Path) -> None:
    for name in ("b.xlsx", "a.XLS", "~$a.xlsx", ".b.xlsx", "notes.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / COUNTY).mkdir()
    (tmp_path / COUNTY / "c.xlsm").write_text("", encoding="utf-8")
    assert holds_workbooks(tmp_path)
    assert [book.name for book in find_books(tmp_path, "520102")] == [f"{COUNTY}/c.xlsm", "a.XLS", "b.xlsx"]
    (inside,) = find_books(tmp_path / COUNTY, None)
    assert (inside.county, inside.name) == (COUNTY, "c.xlsm")
    with pytest.raises(UserError, match="which county"):
        find_books(tmp_path, None)
    with pytest.raises(UserError, match="county '52'"):
        find_books(tmp_path, "52")


def test_other_sources_are_none(tmp_path: Path) -> None:
    (tmp_path / "children.csv").write_text("", encoding="utf-8")
    assert not holds_workbooks(tmp_path)
    assert not holds_workbooks(tmp_path / "nothing")
    (tmp_path / "a.xlsx").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="together"):
        find_books(tmp_path, COUNTY)
    (single,) = find_books(tmp_path / "a.xlsx", COUNTY)
    assert single.county == COUNTY


def test_our_own_headings_need_no_confirmation(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx", [["序号", "儿童姓名", "date of birth", "性别 sex", "region_code"], ["1", *ROW, "x"]]
    )
    require_known(opened(path), reading())


def test_foreign_headings_need_a_sender_and_a_confirmation(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEAD, ROW])
    error = _refused(path, SenderMapping(""))
    assert "not the template's: 娃娃名字, 男女" in error.message
    assert error.hint == f"give the sender a short name: mopai ledger columns {path} --sender NAME"
    assert "nobody has confirmed" in _refused(path, SenderMapping("baiyun")).message
    mapping = proposed(path)
    error = _refused(path, mapping)
    assert "is not confirmed" in error.message
    assert error.hint.endswith(f"mopai ledger columns {path} --sender baiyun --confirm")
    require_known(opened(path, mapping), reading(replace(mapping, confirmed=True)))


def test_a_changed_workbook_is_asked_for_again(tmp_path: Path) -> None:
    mapping = replace(proposed(workbook(tmp_path / "a.xlsx", [HEAD, ROW])), confirmed=True)
    more = workbook(tmp_path / "b.xlsx", [[*HEAD, "带娃的人"], [*ROW, "模拟乙"]])
    assert _refused(more, mapping).message.endswith("'baiyun': 带娃的人")
    less = workbook(tmp_path / "c.xlsx", [HEAD[:2], ROW[:2]])
    assert "without the headings 哪年哪月生" in _refused(less, mapping).message
    asked = proposed(less, known=mapping)
    assert asked.may_be_missing == ("哪年哪月生",)
    assert not asked.confirmed
    require_known(opened(less, asked), reading(replace(asked, confirmed=True)))
    renamed = workbook(tmp_path / "d.xlsx", [[*HEAD[:2], "出生日期"], ROW])
    require_known(opened(renamed, mapping), reading(mapping))


def test_many_headings_are_cut_short_and_a_number_is_hidden(tmp_path: Path) -> None:
    heads = [*HEAD, *(f"乱{n}" for n in range(9)), "52010120090304001X"]
    message = _refused(workbook(tmp_path / "a.xlsx", [heads, [*ROW, *"123456789", "x"]]), SenderMapping("x")).message
    assert message.endswith("and 5 more")
    heads = [*HEAD, "52010120090304001X"]
    message = _refused(workbook(tmp_path / "b.xlsx", [heads, [*ROW, "x"]]), SenderMapping("x")).message
    assert "52010120090304001X" not in message


def test_a_workbook_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no sheet has a row of headings"):
        opened(workbook(tmp_path / "a.xlsx", [["说明"]]))


def test_two_columns_for_one_field_are_a_question(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [[*HEAD, "娃娃性别"], [*ROW, "女"]])
    columns = proposed(path).columns
    assert columns["娃娃性别"] == "", "proposed once"
    twice = SenderMapping("x", True, {**columns, "娃娃性别": "sex"})
    refused = _refused(path, twice)
    assert "性别 sex" in refused.message
    assert "男女, 娃娃性别" in refused.message
    assert "mapping of 'x'" in refused.hint
    require_known(opened(path, twice), reading(replace(twice, columns=columns)))


def test_two_columns_under_our_own_words_are_a_question(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["儿童姓名", "性别", "sex"], ["模拟甲", "男", "女"]])
    refused = _refused(path, SenderMapping(""))
    assert "性别, sex" in refused.message
    assert "'_'" in refused.hint
    visits = [["走访编号", "家庭编号", "走访日期", "visited_on"], ["v1", "h1", "2016-08-01", "2016-08-02"]]
    assert "走访日期, visited_on" in _refused(workbook(tmp_path / "b.xlsx", visits), SenderMapping("")).message
