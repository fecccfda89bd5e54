"""What a list should find, from probabilities; what it found, from labels; and whether the one is below the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.training.plans import small_plan
from training.monitor.expected import Expectation, expectation, first_of, realised, shortfall
from training.monitor.scored import ScoredDay

DAY = date(2026, 1, 1)
PLAN = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.25))


def _day(probabilities: np.ndarray, siblings: int = 1) -> ScoredDay:
    number = np.arange(probabilities.size)
    return ScoredDay(
        DAY,
        pl.DataFrame(
            {
                "child_id": [f"c{n:05}" for n in number],
                "household_id": [f"h{n // siblings}" for n in number],
                "score": np.log(probabilities / (1 - probabilities)),
                "probability": probabilities,
            }
        ),
    )


def _labels(day: ScoredDay, found: list[bool | None]) -> pl.DataFrame:
    return day.rows.select("child_id").with_columns(pl.Series("label", found, dtype=pl.Boolean))


def test_the_first_places_are_the_highest_scores() -> None:
    day = _day(np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.4, 0.5, 0.6]))
    assert sorted(first_of(day, PLAN)) == [1, 3]
    assert first_of(ScoredDay(DAY, day.rows.head(0)), PLAN).size == 0


def test_probabilities_add_up_to_the_needs_expected() -> None:
    one = expectation(_day(np.array([0.2, 0.4])).rows)
    assert (one.places, one.needs, one.variance) == (2, pytest.approx(0.6), pytest.approx(0.2 * 0.8 + 0.4 * 0.6))
    assert one.precision == pytest.approx(0.3)
    both = one + expectation(_day(np.array([0.9])).rows)
    assert (both.places, both.needs) == (3, pytest.approx(1.5))


def test_siblings_make_the_expectation_less_certain() -> None:
    alone, together = (expectation(_day(np.full(100, 0.3), siblings).rows).interval(0.95) for siblings in (1, 2))
    assert alone is not None
    assert together is not None
    assert together[1] - together[0] == pytest.approx((alone[1] - alone[0]) * np.sqrt(2))


def test_no_place_no_expectation() -> None:
    nothing = Expectation(0, 0.0, 0.0)
    assert nothing.precision is None
    assert nothing.interval(0.95) is None


@pytest.mark.parametrize("siblings", [1, 3])
def test_the_interval_holds_what_calibrated_lists_find(siblings: int) -> None:
    random = np.random.default_rng(4)
    inside = 0
    for _ in range(300):
        probabilities = random.uniform(0.1, 0.6, 120 // siblings).repeat(siblings)
        found = random.random(120 // siblings).repeat(siblings) < probabilities  # the widest case: siblings alike
        ends = expectation(_day(probabilities, siblings).rows).interval(0.95)
        assert ends is not None
        inside += ends[0] <= found.mean() <= ends[1]
    assert 0.91 <= inside / 300 <= 0.98


def test_what_was_found_counts_only_the_assessed_and_says_so() -> None:
    day = _day(np.array([0.8, 0.7, 0.6, 0.5, 0.1, 0.1, 0.1, 0.1]))
    plan = replace(PLAN, capacity=replace(PLAN.capacity, share=0.5))
    one = realised(day, _labels(day, [True, False, None, True, None, False, True, None]), plan)
    assert (one.at_k.places, one.at_k.assessed, one.at_k.found, one.at_k.all_found) == (4, 3, 2, 3)
    assert (one.at_k.lower, one.at_k.upper) == (0.5, 0.75)
    assert one.expected.precision == pytest.approx((0.8 + 0.7 + 0.5) / 3)
    assert (one + one).at_k.places == 8


def test_a_child_without_a_row_among_the_labels_was_not_assessed() -> None:
    day = _day(np.full(8, 0.5))
    one = realised(day, _labels(day, [True] * 8).head(0), PLAN)
    assert one.at_k.assessed == 0
    assert shortfall(one, 0.95) is None


def test_an_empty_county_realised_nothing() -> None:
    day = ScoredDay(DAY, _day(np.array([0.5])).rows.head(0))
    one = realised(day, _labels(day, []), PLAN)
    assert (one.at_k.places, one.expected.places) == (0, 0)


def test_a_shortfall_is_what_remains_after_chance() -> None:
    day = _day(np.full(400, 0.5))
    well = realised(day, _labels(day, [n % 2 == 0 for n in range(400)]), PLAN)
    badly = realised(day, _labels(day, [n % 10 == 0 for n in range(400)]), PLAN)
    assert (shortfall(well, 0.95) or 0.0) < 0.05
    assert 0.25 < (shortfall(badly, 0.95) or 0.0) < 0.45
