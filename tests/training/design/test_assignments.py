"""Rows of the small province's lists: frames, outcomes and what the data cut hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.store import LedgerStore
from training.design.assignments import frame_rows, listed_children
from training.labels import label_cohort, visit_outcomes
from training.plan_loader import load_plan

CUT = date(2026, 6, 30)
DEFINITION, PLAN = load_definition(), load_plan()


@pytest.fixture(scope="module")
def rows(ledger: Path) -> pl.DataFrame:
    return listed_children(LedgerStore.open(ledger), DEFINITION, PLAN, CUT)


def test_each_child_stands_once_on_each_list(rows: pl.DataFrame) -> None:
    assert not rows.is_empty()
    assert not rows.select("list_id", "child_id").is_duplicated().any()
    assert rows["as_of"].max() <= CUT - timedelta(days=PLAN.label.horizon_days + PLAN.windows.recording_lag_days)


def test_only_the_drawn_have_an_outcome_row_and_certain_households_are_all_drawn(rows: pl.DataFrame) -> None:
    assert rows.filter(pl.col("inclusion_probability") >= 1)["drawn"].all()
    assert rows.filter(~pl.col("drawn"))["removed_reason"].is_null().all()
    by_lot = rows.filter(pl.col("inclusion_probability") < 1)
    assert by_lot["drawn"].mean() == pytest.approx(by_lot["inclusion_probability"].mean(), abs=0.02)


def test_labels_are_those_of_the_first_visit_after_the_list(rows: pl.DataFrame, ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    county, as_of = rows.row(0, named=True)["county"], rows["as_of"][0]
    here = rows.filter((pl.col("county") == county) & (pl.col("as_of") == as_of))
    outcomes = visit_outcomes(store.read(county).tables, DEFINITION, PLAN, CUT)
    again = label_cohort(here.select("child_id", "household_id"), outcomes, as_of, PLAN.label.horizon_days)
    assert again["label"].to_list() == here["label"].to_list()
    assert here["label"].is_null().any()


def test_lists_before_a_day_are_left_out(rows: pl.DataFrame, ledger: Path) -> None:
    days = rows["as_of"].unique().sort()
    later = listed_children(LedgerStore.open(ledger), DEFINITION, PLAN, CUT, days[-1])
    assert later["as_of"].unique().to_list() == [days[-1]]
    assert later.columns == rows.columns


def test_what_became_of_a_household_is_known_from_the_day_it_was_recorded(ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    tables = store.read(store.counties()[0]).tables
    first = tables["assignments"]["as_of"].min()
    assert isinstance(first, date)
    early, late = (frame_rows(tables, day) for day in (first, CUT))
    assert early["removed_reason"].is_null().all()
    assert late["removed_reason"].is_not_null().any()
    assert not late.select("list_id", "household_id").is_duplicated().any()


def test_before_the_first_list_is_over_there_are_no_rows_of_the_same_columns(rows: pl.DataFrame, ledger: Path) -> None:
    none = listed_children(LedgerStore.open(ledger), DEFINITION, PLAN, rows["as_of"].min())
    assert none.is_empty()
    assert set(none.columns) == set(rows.columns)


def test_a_definition_without_lists_gives_no_rows(ledger: Path) -> None:
    tables = {name: table for name, table in DEFINITION.tables.items() if name != "assignments"}
    assert listed_children(LedgerStore.open(ledger), replace(DEFINITION, tables=tables), PLAN, CUT).is_empty()
