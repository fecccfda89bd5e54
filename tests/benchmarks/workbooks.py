"""Reading a workbook into a register: ours against openpyxl's read-only mode, which only hands over the cells.

Run: python -m tests.benchmarks.workbooks [--rows 10000] [--json FILE]
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import xlsxwriter

from features.workbook.books import Book, open_book
from features.workbook.columns import propose_columns
from features.workbook.convert import ReadWorkbook, read_workbook
from features.workbook.reading import Language, Reading
from features.workbook.senders import SenderMapping
from tests.benchmarks.report import Row, arguments, compare, race, show
from tests.people import COUNTY, Child, children

DEFAULT_ROWS = (2_000, 10_000)
HEAD = (
    "序号", "姓名", "性别", "民族", "出生日期", "身份证号码", "有无户口", "户号", "所在村代码", "住房情况",
    "是否低保户",
    "监护人姓名", "监护人身份证号", "联系电话", "由谁监护", "父亲情况", "母亲情况", "外出时间", "就学情况", "健康状况",
    "到学校距离", "饮水", "主要收入来源", "同住祖辈人数", "住校", "现居住地", "户籍所在地", "父亲姓名", "母亲姓名",
    "父亲联系电话",
)  # fmt: skip
TABLE = "登记表"


def write_register(path: Path, people: list[Child], first: int, seed: int) -> Path:
    """Write one workbook of made-up children under headings of a township, 30 columns, without holding it in memory."""
    draw = random.Random(seed)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet(TABLE)
    sheet.write_row(0, 0, HEAD)
    for line, child in enumerate(people, start=1):
        sheet.write_row(line, 0, _row(child, first + line, draw))
    book.close()
    return path


def _row(child: Child, number: int, draw: random.Random) -> list[str | int | float]:
    home, birth = child.family, child.birth
    return [
        number, f"{child.name}{number}", "女" if child.girl else "男", child.ethnicity,
        f"{birth.year}年{birth.month}月{birth.day}日",
        child.id_number, "有" if child.hukou else "无", f"{number}", home.village, home.dwelling,
        "是" if home.dibao else "否",
        f"{home.guardian}{number}", home.guardian_id, home.phone, home.guardian_type, home.father, home.mother,
        f"{home.away_since:%Y.%m.%d}", child.schooling, child.health, f"{draw.randrange(1, 90) / 10}公里",
        draw.choice(["自来水", "井水"]), draw.choice(["务工汇款", "务农"]), draw.randrange(3),
        draw.choice(["寄宿", "走读"]),
        f"模拟村{number}号", f"模拟村{number}号", f"模拟父{number}", f"模拟母{number}", home.phone,
    ]  # fmt: skip


def compare_at(rows: int, repeats: int, folder: Path) -> Row:
    """One comparison at one size."""
    path = write_register(folder / f"{rows}.xlsx", children(rows), 0, rows)
    language = Language.load("left_behind")
    book = Book(COUNTY, path, path.name)
    mapping = replace(propose_columns([book], language, SenderMapping("bench")).mapping, confirmed=True)
    reading = Reading(language, COUNTY, "bench", mapping, date(2016, 8, 1))

    def ours() -> ReadWorkbook:
        return read_workbook(open_book(book, language, mapping), reading)

    def openpyxl_read_only() -> int:
        opened = openpyxl.load_workbook(path, read_only=True)
        cells = sum(1 for row in opened[TABLE].iter_rows(values_only=True) for value in row if value is not None)
        opened.close()
        return cells

    if ours().register.rows.height != rows:
        raise ValueError(f"{rows} rows were written, others were read")
    timings = race({"ours": ours, "openpyxl read-only": openpyxl_read_only}, repeats=repeats)
    return compare(f"workbook to register, {rows:,} rows", timings, "ours", "openpyxl read-only")


def main() -> None:
    """Run the benchmark and print it."""
    options = arguments(__doc__ or "", rows=DEFAULT_ROWS).parse_args()
    with TemporaryDirectory() as folder:
        show([compare_at(rows, options.repeats, Path(folder)) for rows in options.rows or DEFAULT_ROWS], options.json)


if __name__ == "__main__":
    main()
