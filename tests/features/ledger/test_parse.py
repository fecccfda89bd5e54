"""Values as sent become values as stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from features.definition import Column, Label
from features.definition.model import ColumnType
from features.ledger.parse import as_text, parse

LABEL = Label("列", "column")
CODES = {"red": Label("红色", "red light"), "blue": Label("蓝色", "blue light")}


def read(kind: ColumnType, values: list[Any] | pl.Series) -> tuple[list[Any], list[bool]]:
    listed = kind in ("category", "categories")
    series = values if isinstance(values, pl.Series) else pl.Series(values)
    typed, unread = parse(Column("x", kind, LABEL, codes="c" if listed else None), CODES, series)
    return typed.to_list(), unread.to_list()


@pytest.mark.parametrize(
    ("kind", "sent", "stored"),
    [
        ("string", " h1 ", "h1"),
        ("date", "2016-07-31", date(2016, 7, 31)),
        ("date", "2016-07-31 00:00:00", date(2016, 7, 31)),
        ("integer", "3", 3),
        ("integer", "3.0", 3),
        ("integer", "-2", -2),
        ("number", "3.5", 3.5),
        ("number", "1e3", 1000.0),
        ("boolean", "TRUE", True),
        ("boolean", "否", False),
        ("boolean", "1.0", True),
        ("boolean", "0", False),
        ("category", "red", "red"),
        ("category", "红色", "red"),
        ("category", "blue light", "blue"),
        ("categories", "red;blue", ";blue;red;"),
        ("categories", "蓝色、红色", ";blue;red;"),
        ("categories", ";red;red;", ";red;"),
        ("categories", ";", ";"),
    ],
)
def test_value_as_sent_becomes_value_as_stored(kind: ColumnType, sent: str, stored: object) -> None:
    assert read(kind, [sent]) == ([stored], [False])


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("date", "2016-02-30"),
        ("date", "31/07/2016"),
        ("date", "2016-07-31 08:15:00"),
        ("integer", "3.5"),
        ("integer", "three"),
        ("integer", "99999999999999999999"),
        ("number", "3,5"),
        ("number", "inf"),
        ("number", "NaN"),
        ("boolean", "maybe"),
        ("category", "green"),
        ("categories", "red;green"),
    ],
)
def test_value_that_cannot_be_read_is_null_and_marked(kind: ColumnType, sent: str) -> None:
    assert read(kind, [sent]) == ([None], [True])


@pytest.mark.parametrize("kind", ["string", "date", "integer", "number", "boolean", "category", "categories"])
def test_nothing_sent_is_not_known_and_no_fault(kind: ColumnType) -> None:
    assert read(kind, ["", "  ", None]) == ([None] * 3, [False] * 3)
    assert read(kind, pl.Series([None, None], dtype=pl.Null)) == ([None] * 2, [False] * 2)


def test_typed_columns_are_taken_as_they_are() -> None:
    assert read("integer", pl.Series([1, None], dtype=pl.Int16)) == ([1, None], [False, False])
    assert read("number", pl.Series([1, 2], dtype=pl.Int32)) == ([1.0, 2.0], [False, False])
    assert read("date", [date(2016, 1, 2), None]) == ([date(2016, 1, 2), None], [False, False])
    assert read("boolean", [True, None]) == ([True, None], [False, False])


def test_nan_is_not_known_and_infinity_is_a_fault() -> None:
    assert read("number", [float("nan"), float("inf"), 2.0]) == ([None, None, 2.0], [False, True, False])


def test_columns_of_another_type_are_read_through_their_text() -> None:
    assert read("date", [datetime.fromisoformat("2016-01-02"), datetime.fromisoformat("2016-01-02T08:00")]) == (
        [date(2016, 1, 2), None],
        [False, True],
    )
    assert read("integer", [1.0, 1.5, float("nan")]) == ([1, None, None], [False, True, False])
    assert read("boolean", [1, 0, 2]) == ([True, False, None], [False, False, True])
    assert read("category", pl.Series(["red"], dtype=pl.Categorical)) == (["red"], [False])
    assert read("categories", [["red", "blue"], [], None]) == ([";blue;red;", ";", None], [False] * 3)


def test_text_of_a_list_keeps_known_to_be_empty_apart_from_not_known() -> None:
    assert as_text(pl.Series([["a"], [], None])).to_list() == ["a", ";", None]
