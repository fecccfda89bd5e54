"""Faults say row, column, value and what was wanted, and show nobody."""

from __future__ import annotations

import polars as pl
import pytest

from features.ledger.faults import LINE, Check, join_faults, run_checks, shown, shown_header

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


@pytest.mark.parametrize("free_text", [True, False])
@pytest.mark.parametrize(
    "value",
    ["520101200903041234", "52010120090304123X", "52010120090304123x", "520101090304123", "13812345678",
     "138-1234-5678", "138 1234 5678", "+86 13812345678", "+8613812345678", "0851-85551234", "6222021234567890"],
)  # fmt: skip
def test_numbers_of_persons_and_phones_are_never_shown(value: str, free_text: bool) -> None:  # noqa: FBT001
    hidden = f"(not shown: {len(value)} characters)"
    assert shown(value, free_text=free_text) == hidden
    assert value not in shown(f"id {value}", free_text=free_text)


@pytest.mark.parametrize("free_text", [True, False])
@pytest.mark.parametrize(
    "value",
    ["王小明", "王 小明", "王", "Zhang San", "Zhangsan", "ZHANG", "zhang san", "O'Neil", "José", "王小明 3", "3 王小明",
     "贵州省铜仁市碧江区和平乡12号", "No. 12 Heping Road", "12 heping road", "zhang.san@example.org", "𠮷田", "१२",
     "初中三年级", "１３８１２３４５６７８", "2016-07-01 王小明", "living;王小明", "年年月日"],
)  # fmt: skip
def test_names_and_addresses_are_never_shown(value: str, free_text: bool) -> None:  # noqa: FBT001
    assert shown(value, free_text=free_text) == f"(not shown: {len(value)} characters)"


@pytest.mark.parametrize("value", ["zhang", "zhangsan", "li_na", "Li", "zhang3"])
def test_free_text_shows_no_word_even_if_it_could_be_a_code(value: str) -> None:
    assert shown(value, free_text=True) == f"(not shown: {len(value)} characters)"


@pytest.mark.parametrize(
    "value",
    ["hut", "grand_parents", "food;dibao", "2016-13-01", "2016/7/1", "2016-07-31 00:00:00", "2016-07-31T00:00:00",
     "2016年7月31日", "-3", "+4.5", ".5", "1e300", "12,5", "40%", "7"],
)  # fmt: skip
def test_codes_dates_and_numbers_are_shown(value: str) -> None:
    assert shown(value) == value


@pytest.mark.parametrize(
    "value", ["h1", "c-0012", "HH0007", "520101001001", "520101-000012-c1", "2026.1", "0a1b2c3d" * 4]
)
def test_identifiers_are_shown(value: str) -> None:
    assert shown(value, free_text=True) == value


def test_nothing_sent_is_shown_as_nothing() -> None:
    assert shown(None) == ""


def test_the_name_of_a_column_is_shown_unless_it_holds_a_number_of_a_person() -> None:
    assert shown_header("备注") == "备注"
    assert shown_header("13812345678") == "(not shown: 11 characters)"


def test_long_values_are_cut() -> None:
    assert len(shown("7 " * 500)) < 50
    assert len(shown_header("x" * 500)) < 50
