"""The visits of a window as a replay sees them: when each household was really visited, and what every order thinks."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.ledger.store import LedgerStore
from training.dataset import AS_OF, COUNTY
from training.labels import LABEL
from training.windows import Windows

FOUND = "found"


def replay_visits(rows: pl.DataFrame, visited_on: pl.DataFrame, orders: Sequence[str]) -> pl.DataFrame:
    """One row per as-of date and visit that can tell whether there was a new need.

    A household takes the place of its highest child, as on a list, whether that child was assessed or not.

    Args:
        rows: scored rows of a window, one per child and as-of date.
        visited_on: visit_id and the day of the visit.
        orders: the columns that order, higher first.

    Returns:
        as_of, county, household_id, visit_id, visited_on, found (a new need of any child) and the orders.
    """
    return (
        rows.group_by(AS_OF, COUNTY, s.HOUSEHOLD, s.VISIT)
        .agg(pl.col(LABEL).any().alias(FOUND), pl.col(LABEL).count().alias("assessed"), pl.col(*orders).max())
        .filter((pl.col("assessed") > 0) & pl.col(s.VISIT).is_not_null())
        .drop("assessed")
        .join(visited_on.select(s.VISIT, s.VISITED_ON), on=s.VISIT, how="inner")
        .sort(AS_OF, COUNTY, s.HOUSEHOLD)
    )


def days_of_visits(store: LedgerStore, windows: Windows) -> pl.DataFrame:
    """The day of every visit of a ledger, as known when the labels of the test window were: visit_id, visited_on."""
    return pl.concat([_days(store, county, windows) for county in store.counties()]).unique(s.VISIT)


def _days(store: LedgerStore, county: str, windows: Windows) -> pl.DataFrame:
    visits = known_rows(store.read(county, [s.VISITS]).tables[s.VISITS], windows.cut)
    return pl.DataFrame(latest_rows(visits, [s.VISIT]).to_native()).select(s.VISIT, s.VISITED_ON)
