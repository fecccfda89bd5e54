"""Which county holds which row of a household that moves."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.simulator.moves import plan_moves, split
from features.simulator.population import Households, People
from features.simulator.recording import HOME
from features.simulator.regions import Places
from tests.features.simulator.conftest import FIRST_DAY

MOVE = FIRST_DAY + 100


@pytest.fixture
def homes(people: People, places: Places) -> Households:
    """The first household moves to the second county on a known day."""
    made = people.households
    made.move_day[:] = MOVE
    made.move_village[:] = int(np.flatnonzero(places.county == 1)[0])
    return made


def _rows(valid: list[int], recorded: list[int], **more: pl.Series) -> pl.DataFrame:
    def day(values: list[int]) -> pl.Series:
        return pl.Series([MOVE + value for value in values]).cast(pl.Int32).cast(pl.Date)

    made = {
        "n": range(len(valid)),
        "valid_from": day(valid),
        "recorded_on": day(recorded),
        HOME: pl.Series([0] * len(valid), dtype=pl.Int32),
    }
    return pl.DataFrame({**made, **more})


def _day(offset: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + MOVE + offset)


def test_moves_go_to_another_county_within_the_days(people: People, places: Places, rng: np.random.Generator) -> None:
    plan_moves(rng, people.households, places, (MOVE, MOVE + 9))
    assert (places.county[people.households.move_village] != 0).all()
    assert people.households.move_day.min() >= MOVE
    assert people.households.move_day.max() < MOVE + 9


def test_history_is_recorded_anew_on_the_day_of_the_move(homes: Households, places: Places) -> None:
    frame = _rows([-50, -5, 4], [-40, 7, 6])
    parts = split("visits", frame, homes, places)
    assert parts[0]["n"].to_list() == [0, 1]
    assert parts[0]["recorded_on"].to_list() == [_day(-40), _day(7)]
    assert parts[1]["n"].to_list() == [0, 1, 2]
    assert parts[1]["recorded_on"].to_list() == [_day(0), _day(7), _day(6)]
    assert parts[1]["valid_from"].to_list() == [_day(-50), _day(-5), _day(4)]


def test_the_old_county_learns_the_new_address(homes: Households, places: Places) -> None:
    parts = split("households", _rows([-50, 0, 9], [-50, 0, 12]), homes, places)
    assert parts[0]["n"].to_list() == [0, 1]
    assert parts[1]["n"].to_list() == [0, 1, 2]


def test_lists_and_true_needs_are_kept_once(homes: Households, places: Places) -> None:
    days = pl.Series([MOVE - 9, MOVE + 2]).cast(pl.Int32).cast(pl.Date)
    lists = split("assignments", _rows([3, 5], [3, 5], as_of=days), homes, places)
    assert (lists[0]["n"].to_list(), lists[1]["n"].to_list()) == ([0], [1])
    truth = split("truth", pl.DataFrame({"n": [0, 1], "start": days, HOME: [0, 0]}), homes, places)
    assert (truth[0]["n"].to_list(), truth[1]["n"].to_list()) == ([0], [1])


def test_every_county_reached_has_the_table_even_when_it_is_empty(homes: Households, places: Places) -> None:
    parts = split("findings", _rows([], []), homes, places)
    assert {county: rows.height for county, rows in parts.items()} == {0: 0, 1: 0}
