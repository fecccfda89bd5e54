"""The plan of a simulation and its summary."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.cli.console import UserError
from features.simulator.plan import SimulationPlan, SimulationSummary, days, parse_day


def test_months_end_with_the_month_of_the_last_day() -> None:
    plan = SimulationPlan(months=30, end=date(2026, 6, 12))
    assert plan.start == date(2024, 1, 1)
    assert plan.last_day == date(2026, 6, 30)
    assert len(plan.month_starts()) == 31


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"children": 2, "counties": 3}, "children"),
        ({"counties": 0}, "counties"),
        ({"months": 2}, "months"),
        ({"seed": -1}, "seed"),
    ],
)
def test_numbers_out_of_range_are_refused(given: dict[str, Any], name: str) -> None:
    with pytest.raises(UserError, match=f"--{name} .* wanted"):
        SimulationPlan(**given)


def test_days_count_from_1970() -> None:
    assert days(date(1970, 1, 2)) == 1


def test_a_day_is_read_or_refused() -> None:
    assert parse_day("2025-02-28") == date(2025, 2, 28)
    with pytest.raises(UserError, match="2025-02-30: not a date"):
        parse_day("2025-02-30")


def test_summary_says_that_it_is_simulated_and_holds_no_clock() -> None:
    plan = SimulationPlan(children=10, counties=1, seed=4)
    content = SimulationSummary(plan, ("520121",), {"visits": 3}, 2, "9.9", "left_behind 1").to_json()
    assert content["simulated"] is True
    assert content["plan"] == {
        "children": 10, "counties": 1, "seed": 4, "months": 30, "scenario": "default",
        "start": "2024-01-01", "end": "2026-06-30",
    }  # fmt: skip
    assert set(content) == {
        "simulated",
        "notice",
        "product_version",
        "definition",
        "plan",
        "counties",
        "rows",
        "true_needs",
    }
