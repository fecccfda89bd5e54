"""Tests of ``training.replay.replay`` and ``training.replay.settings``."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from training.evaluation import RANDOM
from training.replay.replay import BEST, Replay, replay
from training.replay.settings import replay_rule


def _visits(count: int = 400, *, dates: int = 3, informed: float = 0.0, seed: int = 1) -> pl.DataFrame:
    """Visits of some as-of dates and two counties; with ``informed`` those with a need were really made earlier."""
    random = np.random.default_rng(seed)
    found = random.random(count * dates) < 0.2
    day = random.integers(1, 91, count * dates) - np.where(found, informed, 0.0)
    as_of = [date(2018, 1 + each // count, 1) for each in range(count * dates)]
    return pl.DataFrame(
        {
            "as_of": as_of,
            "county": ["52000" + str(each % 2) for each in range(count * dates)],
            "household_id": [f"h{each % count:04}" for each in range(count * dates)],
            "visit_id": [f"v{each:05}" for each in range(count * dates)],
            "visited_on": [when + timedelta(days=int(later)) for when, later in zip(as_of, day, strict=True)],
            "found": found,
            "model": found * 1.0 + random.normal(0.0, 1.0, count * dates),
            "backwards": -1.0 * found,
        }
    )


def _replayed(visits: pl.DataFrame, *orders: str) -> Replay:
    return replay(visits, orders, ("county",), 7)


def test_two_visits_change_places_and_their_days() -> None:
    visits = _visits(4, dates=1).with_columns(
        pl.lit("520000").alias("county"),
        pl.Series("visited_on", [date(2018, 1, day) for day in (2, 5, 5, 20)]),
        pl.Series("found", [False, False, True, True]),
        pl.Series("model", [0.1, 0.2, 0.3, 0.9]),
    )
    found = _replayed(visits, "model").order("model")
    assert found.days.value == pytest.approx((0 + 18) / 2)  # 20 January becomes the 2nd, 5 January stays the 5th
    assert found.sooner == 0.5
    assert found.later == 0.0
    assert found.beyond_chance.value == pytest.approx(9 - (12.5 - 8))


def test_an_order_that_knows_something_is_sooner_and_the_answer_is_soonest() -> None:
    found = _replayed(_visits(), "model", "backwards")
    days = {one.name: one.days.value or 0.0 for one in found.orders}
    assert days[BEST] > days["model"] > 5 > -5 > days["backwards"]
    assert (found.order("model").days.lower or 0) > 0
    assert (found.order("backwards").later or 0) > 0.8
    assert found.needs == _visits()["found"].sum()
    assert found.dates == 3


@pytest.mark.parametrize("seed", range(6))
def test_a_random_order_lies_in_its_own_interval_around_0_when_the_real_order_knew_nothing(seed: int) -> None:
    found = replay(_visits(seed=seed), (), ("county",), seed).order(RANDOM).days
    assert found.value is not None
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.value <= found.upper
    assert found.lower <= 0 <= found.upper


def test_where_the_real_order_knew_something_chance_is_later_and_the_model_is_measured_beyond_it() -> None:
    found = _replayed(_visits(informed=25.0), "model")
    chance, model = found.order(RANDOM), found.order("model")
    assert (chance.days.upper or 0) < 0
    assert model.beyond_chance.value == pytest.approx((model.days.value or 0) + 20, abs=4)


def test_dates_and_counties_are_never_pooled() -> None:
    visits = _visits()
    far = visits.with_columns(pl.when(pl.col("as_of") == date(2018, 2, 1)).then(1e6).otherwise(0.0) + pl.col("model"))
    apart = visits.with_columns(pl.when(pl.col("county") == "520001").then(1e6).otherwise(0.0) + pl.col("model"))
    assert _replayed(far, "model").order("model") == _replayed(visits, "model").order("model")
    assert _replayed(apart, "model").order("model") == _replayed(visits, "model").order("model")
    assert replay(apart, ("model",), (), 7).order("model") != _replayed(visits, "model").order("model")


def test_ties_are_broken_by_lots_that_do_not_depend_on_the_order_of_rows() -> None:
    visits = _visits().with_columns(pl.lit(0.0).alias("flat"))
    found = _replayed(visits, "flat")
    assert (
        found.order("flat").days
        == _replayed(visits.sample(fraction=1.0, shuffle=True, seed=3), "flat").order("flat").days
    )
    assert found.order("flat").days.value == found.order(RANDOM).days.value


def test_without_a_need_nothing_is_estimable() -> None:
    found = _replayed(_visits().with_columns(pl.lit(value=False).alias("found")), "model").order("model")
    assert found.days.value is None
    assert found.later is None


def test_the_settings_can_be_read() -> None:
    rule = replay_rule()
    assert rule.within == ("county",)
    assert rule.one_features > 0
