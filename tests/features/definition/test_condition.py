"""Conditions on columns, as data."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest

from features.definition import DefinitionError
from features.definition.condition import ALWAYS, Conditions

FRAME = pl.DataFrame(
    {
        "row": [0, 1, 2, 3],
        "met": [True, False, None, True],
        "purpose": ["routine", "report", None, "random"],
        "severity": [1, 2, None, 3],
        "looked": [";living;", ";living;medical;", None, ";"],
    }
)


def chosen(raw: dict[str, Any]) -> list[int]:
    conditions = Conditions.parse(raw, "here")
    found: list[int] = nw.from_native(FRAME).filter(conditions.expr()).to_native()["row"].to_list()
    pandas = nw.from_native(FRAME.to_pandas()).filter(conditions.expr()).to_native()["row"].tolist()
    assert found == pandas
    return found


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"met": True}, [0, 3]),
        ({"met": False}, [1]),
        ({"purpose": "report"}, [1]),
        ({"purpose": {"equals": "report"}}, [1]),
        ({"purpose": {"not": "report"}}, [0, 3]),
        ({"purpose": ["report", "random"]}, [1, 3]),
        ({"purpose": {"in": ["report", "random"]}}, [1, 3]),
        ({"purpose": {"not_in": ["report", "random"]}}, [0]),
        ({"severity": {"at_least": 2}}, [1, 3]),
        ({"severity": {"at_most": 2}}, [0, 1]),
        ({"severity": {"above": 2}}, [3]),
        ({"severity": {"below": 2}}, [0]),
        ({"severity": {"at_least": 2, "below": 3}}, [1]),
        ({"looked": {"contains": "medical"}}, [1]),
        ({"looked": {"contains": "med"}}, []),
        ({"severity": {"is_null": True}}, [2]),
        ({"severity": {"is_null": False}}, [0, 1, 3]),
        ({"met": True, "severity": {"at_least": 2}}, [3]),
    ],
)
def test_a_missing_value_meets_nothing_but_is_null(raw: dict[str, Any], wanted: list[int]) -> None:
    assert chosen(raw) == wanted


def test_no_conditions_are_true() -> None:
    assert nw.from_native(FRAME).select(answer=ALWAYS.expr())["answer"].to_list() == [True]
    assert Conditions.parse({}, "here") == ALWAYS


def test_conditions_add_up_and_know_their_columns() -> None:
    one = Conditions.parse({"met": True, "severity": {"at_least": 2}}, "here")
    both = one.and_also(Conditions.parse({"met": {"is_null": False}}, "here"))
    assert both.columns == ("met", "severity")
    assert len(both.parts) == 3
    assert hash(one) == hash(Conditions.parse({"met": True, "severity": {"at_least": 2}}, "there"))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"met": {"maybe": 1}}, "here met: no test 'maybe', wanted one of equals"),
        ({"met": {"equals": [1]}}, "'equals' takes one value"),
        ({"met": {"in": 1}}, "'in' takes a list"),
        ({"met": {"equals": {"a": 1}}}, "'equals' takes text, numbers or true/false"),
        ({"severity": {"at_least": "two"}}, "'at_least' takes a number"),
        ({"severity": {"below": True}}, "'below' takes a number"),
    ],
)
def test_a_condition_that_cannot_be_used_is_named(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Conditions.parse(raw, "here")
