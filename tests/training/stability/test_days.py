"""First places under household weights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.training.plans import small_plan
from tests.training.test_evaluation import by_hand, scored_rows
from training.evaluation import BASELINES, MODEL, RANDOM, ranking
from training.stability.days import days_of

JULY, AUGUST = date(2018, 7, 1), date(2018, 8, 1)
HALF = replace(small_plan(), capacity=replace(small_plan().capacity, share=0.5))


def test_with_every_household_once_precision_is_that_of_the_estimates() -> None:
    rows, plan = scored_rows(), small_plan()
    names = [name for name in (MODEL, *BASELINES) if name != RANDOM]
    days = days_of(rows, names, plan)
    found = days.precision(names, np.ones(days.households))
    for place, day in enumerate(rows.partition_by("as_of")):
        assert found[place] == pytest.approx([ranking(day, name, plan).at_k.precision for name in names])


def test_chance_finds_the_share_among_the_assessed() -> None:
    days = days_of(by_hand([4, 3, 2, 1], [True, None, False, False], JULY), [RANDOM], HALF)
    assert days.precision([RANDOM], np.ones(4)) == pytest.approx(1 / 3)


def test_a_household_drawn_twice_takes_two_places_and_one_left_out_takes_none() -> None:
    days = days_of(by_hand([4, 3, 2, 1], [True, False, False, True], JULY), [MODEL], HALF)
    assert days.days[0].taken(MODEL, np.array([2.0, 1, 1, 0])).tolist() == [2, 0, 0, 0]
    assert days.days[0].taken(MODEL, np.array([0.0, 1, 3, 0])).tolist() == [0, 1, 1, 0]
    assert days.precision([MODEL], np.array([0.0, 1, 1, 2])) == pytest.approx(0)


def test_households_keep_their_number_over_the_dates() -> None:
    rows = by_hand([4, 3], [True, False], JULY)
    later = rows.with_columns(as_of=AUGUST).reverse()
    days = days_of(rows.vstack(later), [MODEL], HALF)
    assert days.households == 2
    assert [day.household.tolist() for day in days.days] == [[0, 1], [0, 1]]


def test_nobody_assessed_is_not_a_number() -> None:
    days = days_of(by_hand([4, 3], [None, None], JULY), [MODEL], HALF)
    assert np.isnan(days.precision([MODEL], np.ones(2))).all()


def test_no_rows_are_no_days() -> None:
    assert days_of(by_hand([4.0], [True], JULY).clear(), [MODEL], HALF).households == 0
