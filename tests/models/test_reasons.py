"""The choice of reasons: few, large, signed, deterministic, and honest about what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.explain import Explanations
from models.reasons import REASON_COLUMNS, choose_reasons, reason_limits

LEAST = reason_limits().least_contribution
DAY = date(2016, 5, 1)


def chosen(contributions: Any, values: Any = None, dates: Any = None) -> pl.DataFrame:
    given_ = np.atleast_2d(np.asarray(contributions, dtype=np.float64))
    names = tuple(f"f{place}" for place in range(given_.shape[1]))
    values = np.ones_like(given_) if values is None else np.atleast_2d(np.asarray(values, dtype=np.float64))
    days = np.full(given_.shape, DAY, dtype="datetime64[D]") if dates is None else np.atleast_2d(dates)
    return choose_reasons(Explanations(names, given_, 0.0), values, days)


def names_of(reasons: Sequence[dict[str, Any]]) -> list[str]:
    return [reason["feature"] for reason in reasons]


def by_sorting(row: Sequence[float], sign: int) -> list[str]:
    """The same choice, written the slow way."""
    order = sorted(range(len(row)), key=lambda place: (-sign * row[place], place))
    return [f"f{place}" for place in order if sign * row[place] >= LEAST][: reason_limits().most_each_way]


@settings(deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=st.sampled_from(
    [0.0, -0.0, LEAST, -LEAST, LEAST * 0.999, 0.2, -0.2, 0.3, -0.3, 1.5, -1.5, 0.7]
)))  # fmt: skip
def test_the_largest_each_way_and_the_first_of_equals(contributions: Any) -> None:
    made = chosen(contributions)
    for row, up, down in zip(contributions, made["reasons_up"].to_list(), made["reasons_down"].to_list(), strict=True):
        assert names_of(up) == by_sorting(row, 1)
        assert names_of(down) == by_sorting(row, -1)
        assert all(reason["contribution"] > 0 for reason in up)
        assert all(reason["contribution"] < 0 for reason in down)


def test_at_most_four_each_way() -> None:
    made = chosen([[0.1 + 0.01 * place for place in range(20)] + [-0.1 - 0.01 * place for place in range(20)]])
    assert names_of(made["reasons_up"][0]) == ["f19", "f18", "f17", "f16"]
    assert names_of(made["reasons_down"][0]) == ["f39", "f38", "f37", "f36"]


def test_nothing_is_said_of_what_adds_next_to_nothing() -> None:
    made = chosen([[LEAST * 0.99, -LEAST * 0.99, 0.0]])
    assert made["reasons_up"].to_list() == [[]]
    assert made["reasons_down"].to_list() == [[]]


def test_a_reason_carries_value_contribution_and_day() -> None:
    dates = np.array(["2016-05-01", "NaT"], dtype="datetime64[D]")
    made = chosen([[0.5, -0.4]], [[3.0, 0.25]], dates)
    assert made["reasons_up"].to_list() == [[{"feature": "f0", "value": 3.0, "contribution": 0.5, "date": DAY}]]
    assert made["reasons_down"].to_list() == [[{"feature": "f1", "value": 0.25, "contribution": -0.4, "date": None}]]


def test_a_value_that_is_not_known_is_null_in_the_reason_and_listed() -> None:
    made = chosen([[0.5, 0.01, -0.4], [0.2, 0.0, 0.0]], [[np.nan, np.nan, 1.0], [2.0, 3.0, 4.0]])
    assert made["reasons_up"][0].to_list()[0]["value"] is None
    assert made["not_known"].to_list() == [["f0", "f1"], []]


def test_the_columns_have_one_type_whatever_they_hold() -> None:
    some = chosen([[0.5, -0.4]])
    none = chosen([[0.0, 0.0]])
    nobody = chosen(np.empty((0, 2)), np.empty((0, 2)), np.empty((0, 2), dtype="datetime64[D]"))
    assert dict(some.schema) == dict(none.schema) == dict(nobody.schema) == REASON_COLUMNS
    assert pl.concat([some, none, nobody]).height == 2


def test_the_contributions_given_are_left_as_they_were() -> None:
    given_ = np.array([[0.5, -0.4, 0.3]])
    before = given_.copy()
    chosen(given_)
    assert (given_ == before).all()


def test_days_may_come_in_any_unit() -> None:
    made = chosen([[0.5]], dates=np.array(["2016-05-01"], dtype="datetime64[us]"))
    assert made["reasons_up"][0][0]["date"] == DAY


def test_a_county_is_chosen_for_at_once_as_each_child_alone() -> None:
    random = np.random.default_rng(0)
    contributions, values = random.normal(scale=0.2, size=(300, 12)), random.normal(size=(300, 12))
    whole = chosen(contributions, values)
    alone = [chosen(contributions[row], values[row]) for row in range(300)]
    assert whole.equals(pl.concat(alone))


def test_the_last_bits_of_a_contribution_change_no_reason() -> None:
    contributions = np.array([[0.25, 0.25, -0.5], [0.25, 0.25 + 1e-15, -0.5 - 1e-15]])
    values, dates = np.ones((2, 3)), np.full((2, 3), "NaT", dtype="datetime64[D]")
    made = choose_reasons(Explanations(("a", "b", "c"), contributions, 0.0), values, dates)
    assert made.row(0) == made.row(1)
    assert [reason["feature"] for reason in made["reasons_up"][1]] == ["a", "b"]
