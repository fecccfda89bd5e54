"""Bands: half-open, exhaustive, dated."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.bands import BANDS, Cutoffs

FROM, TO = date(2016, 1, 1), date(2016, 6, 30)
scores = st.floats(-20, 20)


def cutoffs(go_first: float = 1.0, soon: float = -1.0) -> Cutoffs:
    return Cutoffs(go_first, soon, FROM, TO)


def test_a_cutoff_belongs_to_the_band_above_it() -> None:
    below = math.nextafter(1.0, 0.0), math.nextafter(-1.0, -2.0)
    found = cutoffs().band(np.array([np.inf, 1.0, below[0], -1.0, below[1], -np.inf]))
    assert found.tolist() == ["go_first", "go_first", "soon", "soon", "in_turn", "in_turn"]


@settings(deadline=None)
@given(st.lists(scores, min_size=2, max_size=2).map(sorted), st.lists(scores, min_size=1))
def test_every_score_has_one_band_and_a_higher_score_never_a_later_one(cuts: list[float], given: list[float]) -> None:
    ordered = np.array(sorted(given, reverse=True))
    places = [list(BANDS).index(band) for band in cutoffs(cuts[1], cuts[0]).band(ordered)]
    assert places == sorted(places)
    expected = [0 if score >= cuts[1] else 1 if score >= cuts[0] else 2 for score in ordered]
    assert places == expected


def test_no_scores_have_no_bands() -> None:
    assert cutoffs().band(np.array([])).tolist() == []


def test_equal_cutoffs_leave_the_middle_band_empty() -> None:
    assert set(cutoffs(0.5, 0.5).band(np.linspace(-1, 1, 21)).tolist()) == {"go_first", "in_turn"}


def test_a_score_that_is_not_a_number_has_no_band() -> None:
    with pytest.raises(ValueError, match="not a number"):
        cutoffs().band(np.array([0.0, np.nan]))


@pytest.mark.parametrize(
    ("go_first", "soon", "fitted_from", "fitted_to", "message"),
    [
        (0.0, 1.0, FROM, TO, "overlap"),
        (math.nan, 1.0, FROM, TO, "finite"),
        (math.inf, 1.0, FROM, TO, "finite"),
        (1.0, -math.inf, FROM, TO, "finite"),
        (1.0, 0.0, TO, FROM, "reversed"),
    ],
)
def test_cutoffs_that_make_no_sense(
    go_first: float, soon: float, fitted_from: date, fitted_to: date, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Cutoffs(go_first, soon, fitted_from, fitted_to)


def test_cutoffs_survive_json_to_the_last_digit() -> None:
    made = cutoffs(0.1 + 0.2, 1 / 3 - 1)
    assert Cutoffs.from_json(made.to_json()) == made


def test_bands_are_named_in_both_languages_and_never_by_a_colour_of_the_official_level() -> None:
    assert [label.zh for label in BANDS.values()] == ["优先", "其次", "按序"]
    words = {word for label in BANDS.values() for word in (label.zh, label.en)}
    assert not words & {"红色", "黄色", "蓝色", "绿色", "red", "yellow", "blue", "green"}
