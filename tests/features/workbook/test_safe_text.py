"""No text opens as a formula, and every text comes back."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.workbook.safe_text import (
    begins_formula,
    cell_text,
    neutral,
    neutral_text,
    restored,
    restored_frame,
    restored_text,
    safe_frame,
    write_csv,
)
from tests.attacks import DANGEROUS

STARTS = tuple("=+-@＝＋－＠\t\r\n")
UGLY = st.text(st.sampled_from("'=+-@＝＋－＠\t\r\n; \u200b\ufeff甲a1,\"\x00"), max_size=8)


def by_frame(text: str, *, back: bool = False) -> object:
    made = (restored if back else neutral)(pl.col("text"))
    return pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(made).item()


def parts(text: str) -> list[str]:
    """What a spreadsheet may make cells of: blanks and zero-width characters in front are dropped."""
    for split in "\t\r\n":
        text = text.replace(split, ";")
    return [part.strip(" \u200b\ufeff\x00") for part in text.split(";")]


@given(UGLY | st.text(max_size=12))
def test_every_text_comes_back_and_both_ways_agree(text: str) -> None:
    assert restored_text(neutral_text(text)) == text
    assert by_frame(text) == neutral_text(text)
    assert by_frame(text, back=True) == restored_text(text)


@given(UGLY)
def test_nothing_begins_like_a_formula(text: str) -> None:
    safe = neutral_text(text)
    if safe == text and text.startswith("-"):
        assert float(text) <= 0
        return
    assert not safe.startswith(STARTS)
    assert not any(part.startswith(STARTS) for part in parts(safe))


@pytest.mark.parametrize("text", DANGEROUS)
def test_known_attacks_are_text(text: str) -> None:
    assert neutral_text(text) != text
    assert begins_formula(text) == (not text.startswith("a;"))


@pytest.mark.parametrize(
    "text", ["", "模拟甲", "-5", "-12.5", "a-b", "2016-07-31", "1;2", "O'Neil", "'", "13800000000"]
)
def test_ordinary_values_are_left_alone(text: str) -> None:
    assert neutral_text(text) == restored_text(text) == text
    assert not begins_formula(text)


@pytest.mark.parametrize("text", ["+86 13800000000", "+8613800000000", "-abc", "-", "-1e5", "-1234567890123456"])
def test_what_a_spreadsheet_would_spoil_becomes_text(text: str) -> None:
    assert neutral_text(text) == "'" + text
    assert begins_formula(text)


def test_a_frame_keeps_its_numbers_and_nulls() -> None:
    frame = pl.DataFrame({"=a": ["=1", None, "-5"], "n": [-1, 2, None]})
    safe = safe_frame(frame)
    assert safe.to_dict(as_series=False) == {"'=a": ["'=1", None, "-5"], "n": [-1, 2, None]}
    assert restored_frame(safe).equals(frame)


def test_a_csv_file_is_safe_and_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "new" / "list.csv"
    write_csv(pl.DataFrame({"姓名": list(DANGEROUS)}), path)
    write_csv(pl.DataFrame({"姓名": ["=1", "模拟甲"]}), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["姓名"], ["'=1"], ["模拟甲"]]
    assert [found.name for found in path.parent.iterdir()] == ["list.csv"]


def test_a_cell_holds_what_a_workbook_can_hold() -> None:
    assert cell_text("模拟\x00\x0b甲\ud800") == "模拟甲"
    assert len(cell_text("x" * 40_000)) == 32_767
