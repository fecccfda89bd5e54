"""Tests of ``training.visitor.villages``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from features.ledger.store import LedgerStore
from training.visitor.settings import VillageRule
from training.visitor.villages import count_villages, homes

RULE = VillageRule(visits_at_least=3, one_visitor_share_at_most=0.5)


def _visits(*villages: tuple[str, str]) -> pl.DataFrame:
    """One visit per letter of each village's visitors; a dash is one that is not known."""
    rows = [
        {"region_code": code, "visitor_id": None if who == "-" else who} for code, people in villages for who in people
    ]
    return pl.DataFrame(rows, schema={"region_code": pl.String, "visitor_id": pl.String})


def test_villages_are_counted_by_how_many_people_visit_them() -> None:
    found = count_villages(_visits(("5" * 12, "aaa"), ("6" * 12, "abab"), ("7" * 12, "bbbb")), RULE)
    assert (found.villages, found.with_one_visitor) == (3, 2)
    assert not found.identifiable


def test_the_share_allowed_is_still_identifiable() -> None:
    found = count_villages(_visits(("5" * 12, "aaa"), ("6" * 12, "abab")), RULE)
    assert found.share == 0.5
    assert found.identifiable


def test_villages_with_few_visits_unknown_visitors_and_regions_cut_short_say_nothing() -> None:
    found = count_villages(_visits(("5" * 12, "aa--"), ("6" * 9, "aaaa")), RULE)
    assert found.villages == 0
    assert found.share is None
    assert not found.identifiable


def test_households_are_where_they_were_known_to_live(ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    found = homes(store, date(2026, 1, 1))
    assert found.columns == ["household_id", "region_code"]
    assert found["household_id"].n_unique() == found.height > 100
    assert found["region_code"].str.len_chars().min() == 12
    assert set(found["region_code"].str.head(6)) == set(store.counties())
