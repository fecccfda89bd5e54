"""The template has every column, holds back wrong entries, and what is filled in is read without a mapping."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import typer
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from features.cli.console import UserError
from features.definition import load_definition
from features.identity.definition import load_identity
from features.ledger.commands import register
from features.workbook.books import find_books
from features.workbook.convert import ReadWorkbook
from features.workbook.intake import open_and_read
from features.workbook.reading import Language, Reading
from features.workbook.senders import SenderMapping
from features.workbook.template import write_template
from features.workbook.template_columns import Languages, template_sheets
from tests.people import COUNTY, children

DEFINITION, IDENTITY = load_definition(), load_identity()
LANGUAGES: tuple[Languages, ...] = ("zh", "en", "both")


def template(folder: Path, languages: Languages = "both") -> Path:
    path = folder / f"{languages}.xlsx"
    write_template(path, DEFINITION, IDENTITY, languages)
    return path


def headings(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value).split("\n")[0].removesuffix(" *"): cell.column for cell in sheet[1]}


def rule_of(sheet: Worksheet, heading: str) -> DataValidation:
    letter = sheet.cell(1, headings(sheet)[heading]).column_letter
    return next(
        rule for rule in sheet.data_validations.dataValidation if str(rule.sqref).startswith(f"{letter}2:{letter}")
    )


def read(path: Path) -> ReadWorkbook:
    reading = Reading(Language.load("left_behind"), COUNTY, "", SenderMapping(""))
    _, found = open_and_read(find_books(path, COUNTY)[0], reading)
    return found


def test_every_column_a_sender_can_know_is_there(tmp_path: Path) -> None:
    book = load_workbook(template(tmp_path))
    assert book.sheetnames == [
        "_填写说明 How to fill in", "登记表 Register", "走访 Visits", "查看 Assessments", "发现 Findings",
        "_选项 lists",
    ]  # fmt: skip
    known = headings(book["登记表 Register"])
    wanted = [column for name in ("children", "households") for column in DEFINITION.tables[name].columns.values()]
    for column in wanted:
        assert (column.label.zh in known) == (column.name not in ("child_id", "household_id"))
    assert {field.label.zh for field in IDENTITY.fields.values()} < known.keys()
    assert book["_选项 lists"].sheet_state == "hidden"


def test_numbers_of_persons_are_text_and_required_columns_are_coloured(tmp_path: Path) -> None:
    sheet = load_workbook(template(tmp_path))["登记表 Register"]
    at = headings(sheet)
    for heading in ("儿童公民身份号码", "监护人联系电话", "行政区划代码", "报送单位家庭编号"):
        letter = sheet.cell(1, at[heading]).column_letter
        assert sheet.column_dimensions[letter].number_format == "@" or sheet.cell(2, at[heading]).number_format == "@"
    assert sheet.cell(2, at["出生日期"]).number_format == "yyyy-mm-dd"
    required = {str(cell.value).split("\n")[0] for cell in sheet[1] if cell.fill.fgColor.rgb == "FFF7D774"}
    assert required == {"行政区划代码", "儿童姓名", "出生日期", "档案状态", "登记日期"}
    assert all(str(cell.value).endswith(" *") for cell in sheet[1] if cell.fill.fgColor.rgb == "FFF7D774")
    assert sheet.freeze_panes == "E2"


@pytest.mark.parametrize(
    ("languages", "words"), [("zh", ["男", "女"]), ("en", ["boy", "girl"]), ("both", ["男", "女"])]
)
def test_lists_offer_the_words_of_the_definition(tmp_path: Path, languages: Languages, words: list[str]) -> None:
    book = load_workbook(template(tmp_path, languages))
    sheet = book.worksheets[1]
    rule = rule_of(sheet, "sex" if languages == "en" else "性别")
    assert rule.type == "list"
    place = str(rule.formula1).split("!")[1].replace("$", "")
    assert [row[0].value for row in book.worksheets[-1][place]] == words


def test_dates_numbers_and_id_numbers_are_checked_while_typing(tmp_path: Path) -> None:
    sheet = load_workbook(template(tmp_path))["登记表 Register"]
    assert rule_of(sheet, "出生日期").type == "date"
    school = rule_of(sheet, "到学校距离（公里）")
    assert (school.type, school.formula1, school.formula2) == ("decimal", "0", "200")
    assert rule_of(sheet, "残疾等级").type == "whole"
    assert "LEN(" in str(rule_of(sheet, "儿童公民身份号码").formula1)


def test_each_heading_says_what_is_wanted_and_what_it_is_for(tmp_path: Path) -> None:
    sheet = load_workbook(template(tmp_path))["登记表 Register"]
    at = headings(sheet)
    notes = {heading: sheet.cell(1, column).comment.text for heading, column in at.items()}
    assert "可填：男、女" in notes["性别"]
    assert "one of: boy, girl" in notes["性别"]
    assert "只存入加密的身份信息表" in notes["儿童公民身份号码"]
    assert "never an input of the score" in notes["性别"]
    assert "必填" in notes["出生日期"]
    assert "用于安排走访先后" in notes["到学校距离（公里）"]


@pytest.mark.parametrize("languages", LANGUAGES)
def test_an_empty_template_reads_as_nothing_and_its_example_is_left_out(tmp_path: Path, languages: Languages) -> None:
    found = read(template(tmp_path, languages))
    assert found.register.rows.is_empty()
    assert all(rows.is_empty() for rows in found.register.tables.values())
    assert sorted(found.register.tables) == ["assessments", "findings", "visits"]
    assert found.left_out == {"example": 4}


@pytest.mark.parametrize("languages", LANGUAGES)
def test_what_is_filled_in_is_read_without_a_mapping(tmp_path: Path, languages: Languages) -> None:
    path = template(tmp_path, languages)
    book = load_workbook(path)
    fill(book, languages)
    book.save(path)
    rows = read(path).register.rows
    people = children(3)
    assert rows["id_number"].to_list() == [child.id_number for child in people]
    assert rows["birth_date"].to_list() == [str(child.birth) for child in people]
    assert rows["sex"].to_list() == ["girl" if child.girl else "boy" for child in people]
    assert rows["dibao"].to_list() == ["true"] * 3
    assert rows["recorded_on"].to_list() == ["2016-08-01"] * 3


def fill(book: Workbook, languages: Languages) -> None:
    """Three children, by the labels of one language."""
    sheets = template_sheets(DEFINITION, IDENTITY, {"sheets": {"register": {"zh": "a", "en": "a"}}, "purpose": PURPOSE})
    sheet, english = book.worksheets[1], languages == "en"
    names = [column.name for column in sheets[0].columns]
    for line, child in enumerate(children(3), start=3):
        sex = ("girl" if english else "女") if child.girl else ("boy" if english else "男")
        said = {
            "name": child.name, "id_number": child.id_number, "region_code": child.family.village, "sex": sex,
            "birth_date": child.birth, "dibao": "yes" if english else "是", "recorded_on": date(2016, 8, 1),
        }  # fmt: skip
        for name, value in said.items():
            sheet.cell(line, names.index(name) + 1, value)


PURPOSE = {name: {"zh": "a", "en": "a"} for name in ("identity", "protected", "used", "recorded")}


def test_the_same_template_has_the_same_bytes_and_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    path = template(tmp_path)
    before = path.read_bytes()
    with pytest.raises(UserError, match="is there already"):
        write_template(path, DEFINITION, IDENTITY, "zh")
    assert path.read_bytes() == before
    write_template(path, DEFINITION, IDENTITY, "both", overwrite=True)
    assert path.read_bytes() == before


def test_the_command_writes_it_and_says_what_to_do_next(tmp_path: Path) -> None:
    app = typer.Typer()
    register(app)
    out = tmp_path / "new" / "t.xlsx"
    result = CliRunner().invoke(app, ["ledger", "template", "--out", str(out)])
    assert result.exit_code == 0
    assert "mopai ledger check" in result.stdout
    again = CliRunner().invoke(app, ["ledger", "template", "--out", str(out)])
    assert isinstance(again.exception, UserError)
    words = ["ledger", "template", "--out", str(out), "--overwrite", "--language", "zh", "--json"]
    assert json.loads(CliRunner().invoke(app, words).stdout)["language"] == "zh"
    assert load_workbook(out).sheetnames[1] == "登记表"


def test_the_example_is_of_a_child_that_could_be(tmp_path: Path) -> None:
    """Whoever copies it must not copy what a check would refuse: an ill child said to be healthy, a boarder of six."""
    path = tmp_path / "template.xlsx"
    write_template(path, DEFINITION, IDENTITY, "zh")
    sheet = next(one for one in load_workbook(path).worksheets if not one.title.startswith("_"))
    said = {str(top.value).split()[0]: low.value for top, low in zip(sheet[1], sheet[2], strict=True)}
    assert (said["健康状况"], said["患病情况"], said["残疾类别"], said["拒绝评分日期"]) == ("健康", None, None, None)
    assert (said["就学"], said["住校"], said["父亲情况"]) == ("小学", "否", "省外务工")
    assert f"{said['出生日期']:%Y%m%d}" == str(said["儿童公民身份号码"])[6:14]
