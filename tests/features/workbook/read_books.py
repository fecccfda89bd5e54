"""A register read straight from an ugly workbook, as an intake would leave it, without any intake."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from openpyxl import load_workbook

from features.workbook.counts import IntakeCounts
from features.workbook.register import PLACES_SCHEMA, REGISTER_FAULTS, Register
from tests.people import COUNTY
from tests.workbooks import UglyBook

TOWNSHIP_COLUMNS = {
    "name": (1, "姓名"),
    "sex": (2, "性别"),
    "birth_date": (4, "出生日期"),
    "id_number": (5, "身份证号码"),
    "region_code": (8, "所在村代码"),
    "guardian_phone": (13, "联系电话"),
    "parents_away_since": (17, "外出时间"),
    "health": (19, "健康状况"),
}
COUNTS = IntakeCounts(
    read=19, new=12, repeated=0, rejected=7, children=12, households=9,
    left_out={"title": 2, "total": 1, "note": 1}, defaults={"file_status": "active", "recorded_on": "2016-08-01"},
    simulated=True, sender="模拟镇", next_command="mopai ledger import rejects.xlsx --sender 模拟镇",
)  # fmt: skip


def register_of(ugly: UglyBook, columns: dict[str, tuple[int, str]] | None = None) -> Register:
    """The named columns of every sheet with children, as text; rows numbered from 0."""
    used = columns or TOWNSHIP_COLUMNS
    book = load_workbook(ugly.path)
    places, seen = [], []
    for row, (sheet, line) in enumerate(ugly.children):
        hidden = bool(book[sheet].row_dimensions[line].hidden)
        places.append((row, sheet, line, hidden))
        cells = [book[sheet].cell(line, place + 1).value for place, _ in used.values()]
        seen.append((row, *(None if value is None else str(value) for value in cells)))
    frame = pl.DataFrame(seen, schema={"_row": pl.Int64, **dict.fromkeys(used, pl.String)}, orient="row")
    sheets = dict.fromkeys(sheet for sheet, _ in ugly.children)
    located = pl.DataFrame(places, schema=PLACES_SCHEMA, orient="row")
    return Register(COUNTY, frame, located, {sheet: dict(used) for sheet in sheets}, frame)


def faults_of(rows: Sequence[tuple[int | None, str, str, str, str, str, int | None]]) -> pl.DataFrame:
    """Faults from (row, field, rule, value, level, detail, other row)."""
    names = ["_row", "field", "rule", "value", "level", "detail", "other_row"]
    frame = pl.DataFrame(rows, schema={name: REGISTER_FAULTS[name] for name in names}, orient="row")
    return frame.select(list(REGISTER_FAULTS))


def planted_faults(ugly: UglyBook, register: Register) -> pl.DataFrame:
    """The faults planted in a workbook, as checks would report them."""
    rows = {(sheet, line): row for row, sheet, line, _ in register.places.iter_rows()}
    said = {"id_birth_date": "2009-03-14", "id_sex": "girl"}
    named = {"duplicate": "duplicate_child"}
    warned = ("hidden_row",)
    return faults_of(
        [
            (
                rows[planted.sheet, planted.line], planted.field, named.get(planted.what, planted.what), "",
                "warning" if planted.what in warned else "error", said.get(planted.what, ""),
                2 if planted.what == "duplicate" else None,
            )
            for planted in ugly.planted
            if planted.line is not None and planted.what != "formula"
        ]
    )  # fmt: skip


def no_pairs() -> pl.DataFrame:
    """No uncertain pairs."""
    return some_pairs().clear()


def some_pairs() -> pl.DataFrame:
    """Two uncertain pairs, one with a record of an earlier import."""
    return pl.DataFrame(
        {
            "_row": [0, 4], "_row_other": [1, None], "kind": ["household", "child"], "probability": [0.71, 0.93],
            "agreed": [["guardian_phone"], ["name", "birth_date"]],
            "first": ["c0000001_0000001_0000001", "c0000003_0000001_0000001"],
            "second": ["c0000002_0000001_0000001", "c0000004_0000001_0000001"],
        }
    )  # fmt: skip
