"""The whole answer to a workbook: what each file says, for whom, and what it must not say."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from features.definition import load_definition
from features.identity.decisions import load_decisions
from features.identity.definition import load_identity
from features.workbook.counts import IntakeCounts
from features.workbook.front import FAULTS_SHEET, PAIRS_SHEET, RESULT_SHEET
from features.workbook.register import PLACES_SCHEMA, Register
from features.workbook.report import ReportPaths, write_report
from tests.features.workbook.read_books import (
    COUNTS,
    faults_of,
    no_pairs,
    planted_faults,
    register_of,
    some_pairs,
)
from tests.workbooks import TOWNSHIP_SHEET, UglyBook, township

DEFINITION, IDENTITY = load_definition(), load_identity()


@pytest.fixture
def ugly(tmp_path: Path) -> UglyBook:
    return township(tmp_path / "a.xlsx")


def report(
    ugly: UglyBook,
    *,
    register: Register | None = None,
    faults: pl.DataFrame | None = None,
    uncertain: pl.DataFrame | None = None,
    counts: IntakeCounts = COUNTS,
) -> ReportPaths:
    read = register or register_of(ugly)
    return write_report(
        ugly.path.parent / "report",
        ugly.path,
        read,
        faults=planted_faults(ugly, read) if faults is None else faults,
        uncertain=some_pairs() if uncertain is None else uncertain,
        counts=counts,
        definition=DEFINITION,
        identity=IDENTITY,
    )


def sheet_of(path: Path, name: str) -> list[list[object]]:
    return [[cell.value for cell in row] for row in load_workbook(path)[name].iter_rows()]


def test_the_workbook_begins_with_counts_faults_and_pairs(ugly: UglyBook) -> None:
    paths = report(ugly)
    assert paths.marked is not None
    book = load_workbook(paths.marked)
    assert book.sheetnames == [RESULT_SHEET, FAULTS_SHEET, PAIRS_SHEET, TOWNSHIP_SHEET]
    assert all(name.startswith("_") for name in book.sheetnames[:3]), "an import passes them over"
    assert book.active is book[RESULT_SHEET]
    assert paths.marked.stat().st_mode & 0o777 == 0o600
    lines = sheet_of(paths.marked, RESULT_SHEET)
    assert ["读到的儿童行", "rows of children read", 19] in lines
    assert ["略过：合计行", "left out: rows of totals", 1] in lines
    said = "\n".join(str(line[0]) for line in lines)
    assert "模拟数据" in said
    assert COUNTS.next_command in said


def test_each_fault_is_listed_with_a_link_to_its_cell(ugly: UglyBook) -> None:
    paths = report(ugly)
    assert paths.marked is not None
    sheet = load_workbook(paths.marked)[FAULTS_SHEET]
    assert sheet.max_row == 10
    assert [cell.value for cell in sheet[2]][:4] == [
        "有错 error", "摸排表", "F5", "儿童公民身份号码 child's ID number",
    ]  # fmt: skip
    link = sheet["C2"].hyperlink
    assert (link.location, link.target) == ("'摸排表'!F5", None)
    assert sheet.auto_filter.ref == "A1:G10"
    assert "2009-03-14" in str(sheet["E3"].value)


def test_pairs_are_a_decisions_file_to_fill_in(ugly: UglyBook) -> None:
    paths = report(ugly)
    assert paths.pairs is not None
    table = pl.read_csv(paths.pairs, infer_schema=False)
    assert table["row"].to_list() == ["摸排表!5", "摸排表!9"]
    assert table["other_row"][1] == "以前导入的记录 a record imported before"
    assert load_decisions(paths.pairs).same == frozenset()
    table.with_columns(pl.Series("decision", ["same", "not_same"])).write_csv(paths.pairs)
    decided = load_decisions(paths.pairs)
    assert (len(decided.same), len(decided.not_same)) == (1, 1)
    assert paths.marked is not None
    pairs = sheet_of(paths.marked, PAIRS_SHEET)
    assert pairs[1][:3] == ["是不是同一名儿童", "one child or two", "A9"]


def test_without_pairs_there_is_no_such_sheet_and_no_file(ugly: UglyBook) -> None:
    paths = report(ugly, uncertain=no_pairs())
    assert paths.marked is not None
    assert PAIRS_SHEET not in load_workbook(paths.marked).sheetnames
    assert paths.pairs is None
    assert sorted(path.name for path in paths.page.parent.iterdir()) == ["marked.xlsx", "report.html"]


def test_the_page_says_what_to_do_and_no_name_or_number(ugly: UglyBook) -> None:
    page = report(ugly, counts=replace(COUNTS, rejects="a-to-correct.xlsx")).page.read_text(encoding="utf-8")
    assert len(page.encode()) < 100_000
    for words in ("身份证号校验不通过", "An ID number with a wrong check digit", "摸排表!F5", "a-to-correct.xlsx"):
        assert words in page
    assert "可填：健康、残疾、患病、残疾且患病" in page
    assert "<code>摸排表!9</code>" in page
    assert "93%" in page
    assert "<script" not in page
    for child in ugly.children.values():
        for value in (child.id_number, child.family.guardian, child.family.phone, str(child.birth)):
            assert value not in page
        assert f">{child.name}<" not in page
    assert "2009-03-14" not in page, "the date an ID number says is personal too"


def test_the_language_is_chosen_without_a_script(ugly: UglyBook) -> None:
    page = report(ugly).page.read_text(encoding="utf-8")
    assert 'id="show-zh" checked' in page
    assert "body:has(#show-zh:checked) span[lang=en]" in page
    body = page.split("<main>")[1]
    assert body.count('lang="zh"') == body.count('lang="en"')


def test_long_lists_are_cut_and_the_total_is_said(ugly: UglyBook) -> None:
    register = register_of(ugly)
    frame = faults_of([(row, "sex", "code", "", "error", "", None) for row in range(19)] * 20)
    pairs = pl.concat([some_pairs()] * 50)
    fields = [name for table in DEFINITION.tables.values() for name in table.columns]
    wide = faults_of([(0, name, "type", "", "error", "", None) for name in fields])
    paths = report(ugly, register=register, faults=pl.concat([frame, wide]), uncertain=pairs)
    page = paths.page.read_text(encoding="utf-8")
    assert len(page.encode()) < 100_000
    assert "共 380 处" in page
    assert "380 in all" in page
    assert "另有 60 对" in page
    assert re.search("另有 [0-9]+ 列", page)


@pytest.mark.slow
def test_a_list_that_is_too_long_for_a_spreadsheet_is_cut_and_said(ugly: UglyBook) -> None:
    frame = faults_of([(row % 19, "sex", "code", "", "error", "", None) for row in range(5_005)])
    paths = report(ugly, faults=frame, uncertain=no_pairs())
    assert paths.marked is not None
    book = load_workbook(paths.marked, read_only=True)
    assert book[FAULTS_SHEET].max_row == 5_001
    said = "\n".join(str(row[0]) for row in book[RESULT_SHEET].iter_rows(values_only=True))
    book.close()
    assert "问题共 5,005 处" in said


def test_real_data_is_called_personal_and_not_simulated(ugly: UglyBook) -> None:
    paths = report(ugly, counts=replace(COUNTS, simulated=False, imported=True, next_command="", sender=""))
    assert paths.marked is not None
    said = "\n".join(str(row[0]) for row in sheet_of(paths.marked, RESULT_SHEET))
    assert "此表含个人信息" in said
    assert "已收入台账的行" in said
    page = paths.page.read_text(encoding="utf-8")
    assert "模拟数据" not in page
    assert "使用的对照表" not in page


def test_one_row_is_one_row(ugly: UglyBook) -> None:
    one = IntakeCounts(read=1, new=1, repeated=0, rejected=0)
    assert "1 row read, without an error." in report(ugly, faults=faults_of([]), counts=one).page.read_text("utf-8")
    bad = report(ugly, counts=replace(one, new=0, rejected=1)).page.read_text("utf-8")
    assert "读到 1 行，其中 1 行有错" in bad
    assert "Rows with errors: 1 of 1." in bad


def test_a_workbook_without_faults_is_praised(ugly: UglyBook) -> None:
    counts = IntakeCounts(read=19, new=19, repeated=0, rejected=0)
    page = report(ugly, faults=faults_of([]), uncertain=no_pairs(), counts=counts).page.read_text(encoding="utf-8")
    assert "读到 19 行，没有错" in page
    assert "19 rows read, without an error." in page
    assert "怎么改" not in page


def test_what_is_of_the_whole_workbook_is_said_without_a_place(ugly: UglyBook) -> None:
    faults = faults_of(
        [
            (None, "", "sheet_skipped", "", "warning", "4", None),
            (None, "file_status", "assumed", "", "warning", "active", None),
        ]
    )
    paths = report(ugly, faults=faults)
    page = paths.page.read_text(encoding="utf-8")
    assert "第 4 张工作表没有表头" in page
    assert "全部按“在册”处理" in page
    assert paths.marked is not None
    listed = sheet_of(paths.marked, FAULTS_SHEET)[1:]
    assert {row[3] for row in listed} == {"整份表格 the whole workbook", "档案状态 file status"}


def test_when_nothing_could_be_read_there_is_a_page_only(ugly: UglyBook) -> None:
    paths = write_report(
        ugly.path.parent / "report", ugly.path, None,
        faults=faults_of([(None, "", "no header", "", "error", "", None)]), uncertain=no_pairs(),
        counts=IntakeCounts(0, 0, 0, 0), definition=DEFINITION, identity=IDENTITY,
    )  # fmt: skip
    assert paths.marked is None
    page = paths.page.read_text(encoding="utf-8")
    assert "这份表格没有读成" in page
    assert "没有找到表头" in page


def test_sheets_with_the_same_columns_are_told_together(ugly: UglyBook) -> None:
    columns = {f"村{n}": {"name": (0, "姓名"), "sex": (1, "男女" if n % 7 else f"性别{n}")} for n in range(1, 60)}
    places = pl.DataFrame(schema=PLACES_SCHEMA)
    register = Register("520101", pl.DataFrame(), places, columns, pl.DataFrame({"_row": []}))
    page = report(ugly, register=register, faults=faults_of([]), uncertain=no_pairs()).page.read_text(encoding="utf-8")
    assert "村1, 村2, 村3" in page
    assert "(51)" in page
    assert "另有 5 种表头" in page


def test_what_a_sender_wrote_is_no_markup_on_the_page(ugly: UglyBook) -> None:
    columns = {"<b>表</b>": {"name": (0, "<script>alert(1)</script>")}}
    places = pl.DataFrame([(0, "<b>表</b>", 2, False)], schema=PLACES_SCHEMA, orient="row")
    register = Register("520101", pl.DataFrame(), places, columns, pl.DataFrame({"_row": [0], "name": ["x"]}))
    faults = faults_of([(0, "name", "required", "", "error", "", None)])
    paths = write_report(
        ugly.path.parent / "report", ugly.path, register, faults=faults, uncertain=no_pairs(),
        counts=replace(COUNTS, next_command="<i>"), definition=DEFINITION, identity=IDENTITY,
    )  # fmt: skip
    page = paths.page.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>表</b>" not in page
    assert "&lt;i&gt;" in page
