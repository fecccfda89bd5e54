"""Moves between counties: where movers go, and which rows each county's ledger holds."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.definition.structure import ASSIGNMENTS, HOUSEHOLDS, RECORDED_ON, VALID_FROM
from features.simulator.population import Households, Ints
from features.simulator.recording import HOME
from features.simulator.regions import Places
from features.simulator.truth import TRUE_START, TRUTH

FIRST_DAYS = {ASSIGNMENTS: "as_of", TRUTH: TRUE_START}


def plan_moves(rng: np.random.Generator, homes: Households, places: Places, days: tuple[int, int]) -> None:
    """Give every household a day within ``days`` on which it moves to a village of another county of ``places``."""
    away = np.flatnonzero(places.county != places.county[0])
    homes.move_day[:] = rng.integers(*days, len(homes))
    homes.move_village[:] = rng.choice(away, len(homes))


def split(table: str, frame: pl.DataFrame, homes: Households, places: Places) -> dict[int, pl.DataFrame]:
    """Rows of movers by the county number whose ledger holds them.

    The old county keeps what was valid before the move, and the household's new address. The new county holds the
    whole history, recorded on the day of the move, and everything after. A list stays with the county that drew it, and
    a true need is kept once, where it began.
    """
    home = frame[HOME].to_numpy()
    move = homes.move_day[home]
    first = _days(frame, FIRST_DAYS.get(table, VALID_FROM))
    leaves = (first <= move) if table == HOUSEHOLDS else (first < move)
    arrives = (first >= move) if table in FIRST_DAYS else np.ones(len(home), bool)
    parts = {int(places.county[0]): frame.filter(pl.Series(leaves))}
    if table not in FIRST_DAYS:
        recorded = np.maximum(_days(frame, RECORDED_ON), np.where(first < move, move, 0)).astype(np.int32)
        frame = frame.with_columns(pl.Series(RECORDED_ON, recorded).cast(pl.Date))
    target = places.county[homes.move_village]
    for county in np.unique(target):
        parts[int(county)] = frame.filter(pl.Series(arrives & (target[home] == county)))
    return parts


def _days(frame: pl.DataFrame, column: str) -> Ints:
    return frame[column].cast(pl.Int32).to_numpy()
