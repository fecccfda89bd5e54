"""A cell answers as one row of a column does, what is not known included."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from features.record.cell import Cell, When

NUMBERS = (None, -1.5, 0.0, 2.0, 7.25)
TESTS = (None, True, False)
Truth = bool | None

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "equal": lambda a, b: a == b,
    "unequal": lambda a, b: a != b,
    "below": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "above": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "floor": lambda a, _: a.floor(),
    "clip": lambda a, _: a.clip(upper_bound=1.0),
    "filled": lambda a, b: a.fill_null(4.0) + b,
    "is null": lambda a, _: a.is_null(),
    "is in": lambda a, _: a.is_in([2.0, 3.0]),
    "cast": lambda a, _: a.cast(nw.Float64),
}


def of_frame(made: Callable[[Any, Any], Any], one: Any, other: Any, kind: pl.DataType) -> Any:
    frame = nw.from_native(pl.DataFrame({"a": [one], "b": [other]}, schema={"a": kind, "b": kind}))
    return frame.select(made(nw.col("a"), nw.col("b")).alias("made"))["made"].to_list()[0]


@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("one", NUMBERS)
@pytest.mark.parametrize("other", NUMBERS)
def test_numbers_are_reckoned_as_in_a_frame(name: str, one: float | None, other: float | None) -> None:
    made = ARITHMETIC[name]
    assert made(Cell(one), Cell(other)).value == of_frame(made, one, other, pl.Float64())


@pytest.mark.parametrize("part", [-1.0, 0.0, 2.0])
@pytest.mark.parametrize("whole", [0.0, 4.0, None])
def test_division_by_nothing_is_no_error(part: float, whole: float | None) -> None:
    wanted = of_frame(lambda a, b: a / b, part, whole, pl.Float64())
    seen = (Cell(part) / Cell(whole)).value
    assert seen == wanted or (math.isnan(seen) and math.isnan(wanted))


@pytest.mark.parametrize("one", TESTS)
@pytest.mark.parametrize("other", TESTS)
def test_what_is_not_known_spreads_through_conditions_as_in_a_frame(one: Truth, other: Truth) -> None:
    def both(a: Any, b: Any) -> Any:
        return a & ~b

    assert both(Cell(one), Cell(other)).value == of_frame(both, one, other, pl.Boolean())


@pytest.mark.parametrize("text", [None, ";a;b;", ";", "b"])
def test_texts_are_searched_as_in_a_frame(text: str | None) -> None:
    def holds(a: Any, _: Any) -> Any:
        return a.str.contains(";b;", literal=True)

    assert holds(Cell(text), None).value == of_frame(holds, text, None, pl.String())


def test_only_literal_texts_are_searched_for() -> None:
    with pytest.raises(NotImplementedError):
        Cell("a").contains("a", literal=False)


def test_a_category_becomes_its_number() -> None:
    assert Cell("poor").replace_strict({"poor": 1.0}, default=None).value == 1.0
    assert Cell("new").replace_strict({"poor": 1.0}, default=None).value is None


@pytest.mark.parametrize(("condition", "wanted"), [(True, 3.0), (False, None), (None, None)])
def test_a_value_is_let_through_only_where_the_condition_is_known_to_hold(
    condition: Truth, wanted: float | None
) -> None:
    assert When(Cell(condition)).then(Cell(3.0)).value == wanted
