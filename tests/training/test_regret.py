"""Selection by regret over dates, never by one lucky date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from training.regret import NO_REGRET, Candidate, RegretRow, RegretTable, regret_record

DATES = tuple(date(2018, month, 1) for month in (1, 2, 3, 4))


def table(*candidates: Candidate) -> RegretTable:
    return RegretTable(DATES[: len(candidates[0].measured)], candidates)


def setting(name: str, *measured: float | None, size: int = 10) -> Candidate:
    return Candidate(name, measured, size, eligible=True)


LUCKY = setting("lucky", 0.60, 0.60, 0.60, 0.95)
STEADY = setting("steady", 0.74, 0.75, 0.76, 0.75)
BY_HAND = Candidate("overdue_first", (0.50, 0.80, 0.50, 0.50))


def test_regret_is_the_distance_from_the_best_of_each_date() -> None:
    found = table(LUCKY, STEADY, BY_HAND).regrets
    assert found == pytest.approx(np.array([[0.14, 0.20, 0.16, 0], [0, 0.05, 0, 0.20], [0.24, 0, 0.26, 0.45]]))


def test_one_lucky_date_does_not_choose() -> None:
    found = table(LUCKY, STEADY, BY_HAND)
    assert max(found.candidates, key=lambda one: one.measured[-1] or 0) == LUCKY
    assert found.candidates[found.chosen()] == STEADY


def test_a_baseline_may_be_best_of_a_date_and_is_not_chosen() -> None:
    best = Candidate("best by hand", (0.9, 0.9))
    found = table(setting("a", 0.6, 0.7), best, setting("b", 0.7, 0.7))
    assert found.candidates[found.chosen()].name == "b"
    assert found.regrets[:, 0] == pytest.approx([0.3, 0, 0.2])


def test_ties_go_to_the_smaller_model_then_to_less_regret_then_to_the_first() -> None:
    large, small = setting("large", 0.7504, 0.75, size=900), setting("small", 0.75, 0.75, size=90)
    assert table(large, small).chosen() == 1
    worse = setting("worse", 0.74, 0.75, size=1)
    assert table(large, small, worse).chosen() == 1
    assert table(setting("a", 0.75, 0.75), setting("b", 0.7501, 0.75)).chosen() == 1
    assert table(setting("a", 0.75, 0.75), setting("b", 0.75, 0.75)).chosen() == 0


def test_what_the_rule_cost_on_each_next_date() -> None:
    found = table(LUCKY, STEADY, BY_HAND)
    # Chosen before dates 2, 3 and 4: steady each time; its regret there is 0.05, 0 and 0.20.
    assert [found.chosen(turn) for turn in (1, 2, 3)] == [1, 1, 1]
    assert found.next_date() == pytest.approx((0.05 + 0 + 0.20) / 3)
    assert table(setting("a", 0.7), setting("b", 0.8)).next_date() is None


def test_a_date_that_some_cannot_be_measured_on_is_left_out_for_all() -> None:
    found = table(setting("a", 0.7, None), setting("b", 0.6, 0.9))
    assert found.regrets == pytest.approx(np.array([[0], [0.1]]))
    assert found.chosen() == 0


def test_without_a_known_date_every_setting_ties() -> None:
    found = table(setting("a", None, size=9), setting("b", None, size=3))
    assert found.chosen() == 1
    assert found.next_date() is None
    assert found.rows()[0] == RegretRow("a", None, None, 0)


def test_the_record_names_dates_candidates_and_the_choice() -> None:
    record = regret_record(table(LUCKY, STEADY, BY_HAND))
    assert record["chosen"] == "steady"
    assert record["dates"] == ["2018-01-01", "2018-02-01", "2018-03-01", "2018-04-01"]
    assert record["next_date_regret"] == pytest.approx(0.25 / 3)
    rows = record["candidates"]
    assert isinstance(rows, list)
    assert rows[1] == {"name": "steady", "mean": pytest.approx(0.0625), "worst": pytest.approx(0.2), "best_on": 2}
    assert regret_record(NO_REGRET) == {"dates": [], "chosen": None, "next_date_regret": None, "candidates": []}
