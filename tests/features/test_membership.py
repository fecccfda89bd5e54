"""Which group a child is in, by hand, as known on the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.membership import group_column, group_columns, with_groups
from features.state import child_state

DAY = date(2025, 6, 1)


def grouped(ledger: Path) -> tuple[pl.DataFrame, pl.DataFrame, str]:
    """The children of the first county with their groups, and their state."""
    store = LedgerStore.open(ledger)
    county = store.counties()[0]
    tables, definition = store.read(county).tables, load_definition()
    state = pl.DataFrame(child_state(tables, definition, DAY, county=county))
    cohort = state.select("child_id", "household_id").sort("child_id")
    found = with_groups(cohort, tables, definition, DAY, county=county)
    return found, state.sort("child_id"), county


def test_every_group_is_what_the_state_says(ledger: Path) -> None:
    found, state, county = grouped(ledger)
    assert found["child_id"].equals(state["child_id"])
    assert found["group_sex"].equals(state["sex"].alias("group_sex"))
    minority = state.select(pl.when(pl.col("ethnicity").is_not_null()).then(pl.col("ethnicity") != "han")).to_series()
    assert (found["group_ethnicity"] == "minority").equals(minority.alias("group_ethnicity"))
    assert set(found["group_county"]) == {county}
    assert set(found["group_guardian"].drop_nulls()) <= {"grandparents", "relatives", "friends", "one_parent", "none"}


def test_age_bands_end_on_the_birthday(ledger: Path) -> None:
    found, state, _ = grouped(ledger)
    born = dict(zip(state["child_id"], state["birth_date"], strict=True))
    for child, band in zip(found["child_id"], found["group_age_band"], strict=True):
        years = (DAY - born[child]) / timedelta(days=365.25)
        assert band == ("below_6" if years < 6 else "6_to_11" if years < 12 else "12_and_over")


def test_members_count_the_children_of_the_household_in_the_cohort(ledger: Path) -> None:
    found, _, _ = grouped(ledger)
    size = found.group_by("household_id").len()
    joined = found.join(size, on="household_id")
    words = {1: "one", 2: "two"}
    assert all(
        band == words.get(many, "three_or_more")
        for many, band in zip(joined["len"], joined["group_children_in_household"], strict=True)
    )


def test_what_is_not_recorded_is_null(ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    county = store.counties()[0]
    tables = dict(store.read(county).tables)
    tables["children"] = tables["children"].with_columns(sex=pl.lit(None, pl.String), health=pl.lit("unheard"))
    cohort = pl.DataFrame(child_state(tables, load_definition(), DAY, county=county)).select("child_id", "household_id")
    found = with_groups(cohort, tables, load_definition(), DAY, county=county)
    assert found["group_sex"].is_null().all()
    assert found["group_disability"].is_null().all()


def test_without_groups_the_cohort_stays_as_it_is(ledger: Path) -> None:
    definition = replace(load_definition(), audit={})
    cohort = pl.DataFrame({"child_id": ["a"], "household_id": ["h"]})
    tables = LedgerStore.open(ledger).read(LedgerStore.open(ledger).counties()[0]).tables
    assert with_groups(cohort, tables, definition, DAY, county="").equals(cohort)
    assert group_columns(definition) == ()
    assert group_column("sex") in group_columns(load_definition())
