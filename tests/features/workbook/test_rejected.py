"""Rejected rows as a workbook: as sent, with the reasons, never written over."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from features.cli.console import UserError
from features.definition import load_definition
from features.identity.definition import load_identity
from features.workbook.rejected import write_rejects
from tests.features.workbook.read_books import TOWNSHIP_COLUMNS, faults_of, planted_faults, register_of
from tests.workbooks import TOWNSHIP_SHEET, VILLAGE_SHEETS, township, villages

DEFINITION, IDENTITY = load_definition(), load_identity()


def test_the_rows_with_errors_stand_there_as_sent_with_reasons(tmp_path: Path) -> None:
    ugly = township(tmp_path / "a.xlsx")
    register = register_of(ugly)
    out = tmp_path / "r" / "rejects.xlsx"
    assert write_rejects(out, register, planted_faults(ugly, register), DEFINITION, IDENTITY) == 7
    assert out.stat().st_mode & 0o777 == 0o600
    rows = [[cell.value for cell in row] for row in load_workbook(out)[TOWNSHIP_SHEET].iter_rows()]
    headings = [heading for _, heading in TOWNSHIP_COLUMNS.values()]
    assert rows[0] == [*headings, "_原因", "_reason", "_原位置 place"]
    assert [row[-1] for row in rows[1:]] == [f"摸排表!{line}" for line in (5, 6, 8, 9, 10, 13, 23)]
    assert rows[1][:8] == [
        None if value is None else value for value in register.seen.drop("_row").row(0)
    ]  # fmt: skip
    assert rows[1][8] == "“儿童公民身份号码”校验码不对，至少有一位输错；请照证件逐位核对。"
    assert rows[7][9].startswith("this child already stands in 摸排表!7")


def test_every_reason_of_a_row_is_said_and_warnings_alone_reject_nothing(tmp_path: Path) -> None:
    register = register_of(township(tmp_path / "a.xlsx"))
    faults = faults_of(
        [
            (1, "sex", "id_sex", "", "error", "girl", None),
            (1, "health", "code", "", "error", "", None),
            (2, "", "hidden_row", "", "warning", "", None),
            (None, "", "hidden_unknown", "", "error", "", None),
        ]
    )
    out = tmp_path / "r.xlsx"
    assert write_rejects(out, register, faults, DEFINITION, IDENTITY) == 1
    reason = load_workbook(out)[TOWNSHIP_SHEET]["J2"].value
    assert [line.split(";")[0] for line in reason.split("\n")] == [
        "'sex' differs from the ID number, which says girl", "'health' is not one of the allowed words",
    ]  # fmt: skip
    only_warnings = faults.filter(pl.col("level") == "warning")
    assert write_rejects(tmp_path / "none.xlsx", register, only_warnings, DEFINITION, IDENTITY) == 0
    assert not (tmp_path / "none.xlsx").exists()


def test_a_file_half_corrected_is_not_written_over(tmp_path: Path) -> None:
    register = register_of(township(tmp_path / "a.xlsx"))
    faults = faults_of([(0, "sex", "id_sex", "", "error", "", None)])
    write_rejects(tmp_path / "r.xlsx", register, faults, DEFINITION, IDENTITY)
    before = (tmp_path / "r.xlsx").read_bytes()
    with pytest.raises(UserError, match="is there already"):
        write_rejects(tmp_path / "r.xlsx", register, faults, DEFINITION, IDENTITY)
    assert (tmp_path / "r.xlsx").read_bytes() == before


def test_each_of_the_senders_sheets_has_one_and_nothing_is_a_formula(tmp_path: Path) -> None:
    ugly = villages(tmp_path / "b.xlsx")
    register = register_of(ugly, {"name": (0, "=娃娃名字"), "guardian_phone": (6, "电话")})
    wild = register.seen.with_columns(pl.lit("=cmd|' /C calc'!A0").alias("name"))
    register = type(register)(register.county, wild, register.places, register.columns, wild)
    last = register.places.filter(pl.col("sheet") == VILLAGE_SHEETS[2])["_row"][0]
    faults = faults_of([(row, "name", "required", "", "error", "", None) for row in (0, last)])
    write_rejects(tmp_path / "r.xlsx", register, faults, DEFINITION, IDENTITY)
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == [VILLAGE_SHEETS[0], VILLAGE_SHEETS[2]]
    for sheet in book:
        assert (sheet["A1"].value, sheet["A2"].value) == ("=娃娃名字", "=cmd|' /C calc'!A0")
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
        assert sheet["A2"].quotePrefix
