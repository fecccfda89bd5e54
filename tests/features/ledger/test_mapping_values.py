"""Values a mapping makes of a sender's row."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from features.definition import DefinitionError
from features.ledger.mapping_values import Value

AGE = {"column": "age", "times": 100}
FRAME = pl.DataFrame(
    {
        "id": [7, 1234],
        "ward": [3.0, None],
        "word": ["Yes", None],
        "day": [date(2014, 3, 10), date(2014, 3, 11)],
        "age": [0.5, None],
        "count": [1.0, 9.0],
    }
)


def made(**raw: Any) -> list[Any]:
    return FRAME.select(Value.parse(raw, "here").expr().alias("x"))["x"].to_list()


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ({"column": "id"}, [7, 1234]),
        ({"column": "word", "otherwise": "none"}, ["Yes", "none"]),
        ({"column": "word", "lower": True}, ["yes", None]),
        ({"column": "word", "values": {"Yes": "true"}}, ["true", None]),
        ({"column": "word", "values": {"No": "false"}, "others": "other"}, ["other", None]),
        ({"format": "h{id}-{ward:02}"}, ["h7-03", "h1234-00"]),
        ({"format": "{id:03}"}, ["007", "234"]),
        ({"format": "{ward}x"}, ["3x", None]),
        ({"column": "count", "at_least": 2, "at_most": 3}, [2.0, 3.0]),
        ({"column": "day", "plus_days": 1}, [date(2014, 3, 11), date(2014, 3, 12)]),
        ({"column": "day", "minus_days": AGE | {"otherwise": 10}}, [date(2014, 1, 19), date(2014, 3, 1)]),
        ({"column": "day", "minus_days": AGE | {"at_least": 60}}, [date(2014, 1, 9), None]),
    ],
)  # fmt: skip
def test_value(raw: dict[str, Any], values: list[Any]) -> None:
    assert made(**raw) == values


def test_a_constant_stands_in_every_row() -> None:
    assert FRAME.select("id", Value.parse({"constant": True}, "here").expr().alias("x"))["x"].to_list() == [True, True]


def test_the_columns_a_value_needs() -> None:
    raw = {"format": "{id}{ward:02}", "plus_days": 3, "minus_days": {"column": "age"}}
    assert Value.parse(raw, "here").columns == ("id", "ward", "age")


def test_values_the_list_does_not_name() -> None:
    assert Value.parse({"column": "word", "values": {"No": "n"}}, "here").unlisted(FRAME) == ["Yes"]
    assert Value.parse({"column": "word", "values": {"yes": "y"}, "lower": True}, "here").unlisted(FRAME) == []
    assert Value.parse({"column": "word", "values": {"No": "n"}, "others": "o"}, "here").unlisted(FRAME) == []
    assert Value.parse({"column": "word"}, "here").unlisted(FRAME) == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"column": "id", "upper": True}, "unknown key upper"),
        ({}, "wanted one of column, constant, format"),
        ({"column": "id", "constant": 1}, "wanted one of column, constant, format"),
        ({"column": "day", "plus_days": {"days": 3}}, "plus_days: wanted days, or a column"),
        ({"column": "day", "minus_days": {"column": "age", "unit": "y"}}, "minus_days: wanted days, or a column"),
    ],
)
def test_a_value_that_is_wrongly_written(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Value.parse(raw, "here")
