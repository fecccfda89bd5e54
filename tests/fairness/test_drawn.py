"""The lots' rows: drawn with a logged chance, on a list of the same day, and assessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from features.definition import load_definition
from features.ledger.store import LedgerStore
from tests.fairness.made import DAY, by_hand
from training.fairness.drawn import BY_LOT, WEIGHT, drawn_rows, frames

CUT = date(2026, 6, 30)


def lists(*drawn: tuple[int, float, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [(f"house-{number:05}", DAY, chance, was) for number, chance, was in drawn],
        schema={
            "household_id": pl.String, "as_of": pl.Date, "inclusion_probability": pl.Float64, "drawn": pl.Boolean,
        },
        orient="row",
    )  # fmt: skip


def test_weights_are_one_over_the_chance_and_only_drawn_and_assessed_rows_stay() -> None:
    found = drawn_rows(
        by_hand(), lists((0, 1.0, True), (1, 0.1, True), (2, 0.1, True), (3, 0.1, False), (4, 0.0, True))
    )
    assert found["household_id"].to_list() == ["house-00000", "house-00001"]
    assert found[WEIGHT].to_list() == [1.0, 10.0]
    assert found[BY_LOT].to_list() == [False, True]


def test_a_list_of_another_day_says_nothing() -> None:
    other = lists((0, 1.0, True)).with_columns(as_of=date(2025, 1, 1))
    assert drawn_rows(by_hand(), other).is_empty()


def test_the_frames_of_a_ledger_hold_each_household_once_a_day(ledger: Path) -> None:
    found = frames(LedgerStore.open(ledger), load_definition(), CUT)
    assert found.height == found.unique(["household_id", "as_of"]).height > 0
    assert found["inclusion_probability"].is_between(0, 1).all()
    assert found["drawn"].any()


def test_a_definition_without_assignments_has_no_frames(ledger: Path) -> None:
    definition = load_definition()
    without = replace(
        definition, tables={name: one for name, one in definition.tables.items() if name != "assignments"}
    )
    assert frames(LedgerStore.open(ledger), without, CUT).is_empty()
