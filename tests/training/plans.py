"""Plans small enough for tests, made from one shipped with the product."""

from __future__ import annotations

from dataclasses import replace

from models.domains import LeastPositives
from training.plan import CountedWindows, ScreeningPlan
from training.plan_loader import load_plan


def small_plan() -> ScreeningPlan:
    """The demonstration plan with two-date windows, two trials and few trees."""
    plan = load_plan("demo")
    layout = CountedWindows(fit_dates=6, calibrate_dates=2, test_dates=2, history_days=180)
    return replace(
        plan,
        windows=replace(plan.windows, layout=layout),
        tuning=replace(plan.tuning, trials=2, rows_at_most=5_000),
        learning=replace(plan.learning, rounds=20),
        capacity=replace(plan.capacity, random_draws=50),
        explained_rows=100,
        by_domain=replace(plan.by_domain, trees=10, least=LeastPositives(fit=25, calibrate=10)),
    )
