"""Whether visitors and villages can be told apart: how many villages see one visitor only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.ledger.store import LedgerStore
from training.visitor.settings import VillageRule


@dataclass(frozen=True, slots=True)
class Nesting:
    """Villages with enough visits, and those of them that one visitor alone visited; ``limit`` is the most allowed."""

    villages: int
    with_one_visitor: int
    limit: float

    @property
    def share(self) -> float | None:
        """The share of villages with one visitor; None where no village has enough visits."""
        return self.with_one_visitor / self.villages if self.villages else None

    @property
    def identifiable(self) -> bool:
        """Visitors cross villages often enough that their habit is not the village's need."""
        return self.share is not None and self.share <= self.limit


def homes(store: LedgerStore, as_of: date) -> pl.DataFrame:
    """Where each household was known to live at ``as_of``: household_id, region_code."""
    return pl.concat([_homes(store, county, as_of) for county in store.counties()])


def count_villages(visits: pl.DataFrame, rule: VillageRule) -> Nesting:
    """Count the villages of visits by how many visitors they saw.

    Args:
        visits: one row per visit with visitor_id and the household's region_code; visitors not known are left out.
        rule: how many visits a village needs, and the share that is too much.
    """
    whole = (pl.col(s.REGION).str.len_chars() >= s.VILLAGE_DIGITS).fill_null(value=False)
    counted = (
        visits.filter(whole & pl.col(s.VISITOR).is_not_null())
        .group_by(pl.col(s.REGION).str.head(s.VILLAGE_DIGITS))
        .agg(pl.len().alias("visits"), pl.col(s.VISITOR).n_unique().alias("visitors"))
        .filter(pl.col("visits") >= rule.visits_at_least)
    )
    alone = counted.filter(pl.col("visitors") == 1).height
    return Nesting(counted.height, alone, rule.one_visitor_share_at_most)


def _homes(store: LedgerStore, county: str, as_of: date) -> pl.DataFrame:
    households = store.read(county, [s.HOUSEHOLDS]).tables[s.HOUSEHOLDS]
    known = pl.DataFrame(latest_rows(known_rows(households, as_of), [s.HOUSEHOLD]).to_native())
    return known.filter(pl.col(s.REGION).str.starts_with(county)).select(s.HOUSEHOLD, s.REGION)
