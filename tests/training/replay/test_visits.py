"""Tests of ``training.replay.visits``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.ledger.store import LedgerStore
from training.replay.visits import days_of_visits, replay_visits
from training.windows import Windows

DAY = date(2018, 7, 1)


def _rows() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "as_of": [DAY] * 5,
            "county": ["520001"] * 5,
            "household_id": ["h1", "h1", "h2", "h3", "h4"],
            "child_id": ["a", "b", "c", "d", "e"],
            "visit_id": ["v1", "v1", "v2", None, "v4"],
            "label": [None, True, False, None, None],
            "model": [3.0, 1.0, 2.0, 9.0, 9.0],
        }
    )


def test_a_household_takes_the_place_of_its_highest_child_assessed_or_not() -> None:
    days = pl.DataFrame({"visit_id": ["v1", "v2", "v4"], "visited_on": [DAY] * 3})
    found = replay_visits(_rows(), days, ["model"])
    assert found["household_id"].to_list() == ["h1", "h2"]
    assert found["model"].to_list() == [3.0, 2.0]
    assert found["found"].to_list() == [True, False]


def test_households_not_visited_or_not_assessed_hold_no_slot() -> None:
    days = pl.DataFrame({"visit_id": ["v1", "v2", "v4"], "visited_on": [DAY] * 3})
    assert not {"h3", "h4"} & set(replay_visits(_rows(), days, ["model"])["household_id"])


def test_the_days_of_all_visits_are_read_as_known_then(ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    early, late = (days_of_visits(store, Windows((), (), (), cut)) for cut in (date(2025, 6, 1), date(2026, 6, 1)))
    assert early.columns == ["visit_id", "visited_on"]
    assert late["visit_id"].n_unique() == late.height > early.height > 0
    assert early.filter(early["visited_on"] > date(2025, 6, 1)).is_empty()
