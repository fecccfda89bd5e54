"""Faults are found again where the spreadsheet shows them."""

from __future__ import annotations

from pathlib import Path

from features.workbook.place import errors_of, locate, places_of
from tests.features.workbook.read_books import faults_of, register_of
from tests.workbooks import township


def test_a_fault_is_at_its_cell_or_at_its_row_or_nowhere(tmp_path: Path) -> None:
    register = register_of(township(tmp_path / "a.xlsx"))
    faults = faults_of(
        [
            (3, "sex", "id_sex", "", "error", "girl", None),
            (0, "id_number", "id_checksum", "", "error", "", None),
            (0, "dwelling", "code", "", "error", "", None),
            (0, "", "hidden_row", "", "warning", "", None),
            (None, "", "hidden_unknown", "", "warning", "", None),
        ]
    )
    located = locate(faults, register)
    assert located.select("rule", "cell").rows() == [
        ("hidden_unknown", None), ("code", "A5"), ("hidden_row", "A5"), ("id_checksum", "F5"), ("id_sex", "C8"),
    ]  # fmt: skip
    assert errors_of(located).height == 3
    assert places_of(register)[3] == "摸排表!8"


def test_columns_beyond_z_have_two_letters(tmp_path: Path) -> None:
    register = register_of(township(tmp_path / "a.xlsx"), {"name": (1, "姓名"), "health": (27, "健康")})
    (fault,) = locate(faults_of([(0, "health", "code", "", "error", "", None)]), register).to_dicts()
    assert fault["cell"] == "AB5"
