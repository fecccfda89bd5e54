"""Levels: every point of the scale belongs to exactly one level, and a scale that breaks this is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cli.console import UserError
from models.policy.levels import LevelScale, read_levels
from models.policy.policy import POLICIES, load_policy
from models.policy.section import Section


def _scale() -> LevelScale:
    levels = load_policy(POLICIES / "national.toml").levels
    assert levels is not None
    return levels


def _expected(points: float) -> str:
    if points < 40:
        return "red"
    if points < 60:
        return "yellow"
    return "blue" if points < 80 else "green"


@pytest.mark.parametrize("points", range(101))
def test_every_whole_number_of_points_has_the_declared_level(points: int) -> None:
    assert _scale().level_of(points).level == _expected(points)


@given(st.floats(min_value=0, max_value=100))
def test_every_fraction_has_exactly_one_level(points: float) -> None:
    scale = _scale()
    holding = [
        row.level for row in scale.ranges if row.start <= points < row.below or points == row.below == scale.maximum
    ]
    assert holding == [scale.level_of(points).level] == [_expected(points)]


@pytest.mark.parametrize(
    ("points", "level"),
    [(39.999, "red"), (59.0, "yellow"), (59.5, "yellow"), (79, "blue"), (79.999, "blue"), (100, "green")],
)
def test_the_borders_that_a_published_implementation_got_wrong(points: float, level: str) -> None:
    assert _scale().level_of(points).level == level


@pytest.mark.parametrize("points", [-0.001, 100.001, float("nan"), float("inf"), float("-inf")])
def test_points_outside_the_scale_are_refused(points: float) -> None:
    with pytest.raises(UserError, match="points"):
        _scale().level_of(points)


def _raw(*ranges: tuple[str, float, float | None]) -> dict[str, Any]:
    rows = [
        {"level": level, "zh": level, "en": level, "from": start} | ({} if below is None else {"below": below})
        for level, start, below in ranges
    ]
    head = {"column": "c", "assessed_on": "o", "assessed_by": "b", "minimum": 0, "maximum": 100, "source": "s"}
    return {**head, "ranges": rows}


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ([("a", 0, 59), ("b", 60, None)], "leave a gap"),
        ([("a", 0, 61), ("b", 60, None)], "overlap"),
        ([("a", 1, 60), ("b", 60, None)], "they reach from 1 to 100"),
        ([("a", 0, 60), ("b", 60, 99)], "they reach from 0 to 99"),
        ([("a", 0, 0), ("b", 0, None)], "a is empty"),
        ([("a", 0, 50), ("a", 50, None)], "a level twice"),
        ([], "no level"),
        ([("a", 0, 30), ("b", 40, 60), ("c", 60, None)], "a (below 30) and b (from 40) leave a gap"),
    ],
)
def test_a_scale_with_a_gap_or_an_overlap_is_refused(ranges: list[tuple[str, float, float | None]], said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        read_levels(Section(_raw(*ranges), "policy.toml [levels]"))


def test_ranges_may_stand_in_any_order() -> None:
    scale = read_levels(Section(_raw(("b", 60, None), ("a", 0, 60)), "x"))
    assert scale.codes == ("a", "b")
    assert scale.level_of(60).level == "b"
