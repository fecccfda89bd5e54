"""Faults say row, column, value and what was wanted, and show nobody."""

from __future__ import annotations

import polars as pl
import pytest

from features.ledger.faults import LINE, Check, join_faults, run_checks, shown

ROWS = pl.DataFrame({LINE: [2, 3, 4], "x": [1, 5, None]})


def test_a_check_gives_row_column_value_and_what_was_wanted() -> None:
    faults = run_checks(ROWS, "a.csv", [Check("range", "x", pl.col("x") > 3, "at most 3")])
    assert faults.to_dicts() == [
        {"file": "a.csv", "row": 3, "column": "x", "rule": "range", "value": "5", "wanted": "at most 3"}
    ]


def test_the_value_shown_is_the_one_the_sender_wrote() -> None:
    seen = pl.DataFrame({LINE: [2, 3, 4], "x": ["1", "5.00", ""]})
    faults = run_checks(ROWS, "a.csv", [Check("range", "x", pl.col("x") > 3, "at most 3")], seen)
    assert faults["value"].to_list() == ["5.00"]


def test_no_checks_or_no_rows_give_no_faults() -> None:
    assert run_checks(ROWS, "a.csv", []).is_empty()
    assert run_checks(ROWS.clear(), "a.csv", [Check("r", "x", pl.lit(value=True), "w")]).is_empty()


def test_of_several_faults_of_one_cell_the_first_is_kept() -> None:
    checks = [Check("first", "x", pl.col("x") > 3, "w"), Check("second", "x", pl.col("x") > 4, "w")]
    assert run_checks(ROWS, "a.csv", checks)["rule"].to_list() == ["first"]
    assert join_faults([]).is_empty()


@pytest.mark.parametrize("value", ["520101200903041234", "52010120090304123X", "520101090304123", "13812345678"])
def test_numbers_of_persons_and_phones_are_never_shown(value: str) -> None:
    assert value not in shown(value)
    assert value not in shown(f"id {value}")


def test_names_in_free_text_are_never_shown_and_codes_are() -> None:
    assert "王" not in shown("王小明", free_text=True)
    assert shown("初中三年级") == "初中三年级"
    assert shown("520101001001") == "520101001001"
    assert shown(None) == ""


def test_long_values_are_cut() -> None:
    assert len(shown("x" * 500)) < 50
