"""Visits, assessments, findings and lists as they are written."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.simulator.event_tables import (
    assessments_table,
    assignments_table,
    findings_table,
    list_names,
    visit_record_days,
    visits_table,
)
from features.simulator.ink import Ink
from features.simulator.population import Ints


@pytest.fixture(scope="module")
def recorded(ink: Ink) -> Ints:
    return visit_record_days(ink)


@pytest.fixture(scope="module")
def visits(ink: Ink, recorded: Ints) -> pl.DataFrame:
    return visits_table(ink, recorded)


def test_visits_are_made_for_every_reason(visits: pl.DataFrame) -> None:
    told = visits.filter(pl.col("retracts").is_null())
    assert set(told["purpose"]) == {"routine", "interval", "follow_up", "report", "listed", "random"}
    assert 0.8 < told["met"].mean() < 0.95
    assert (told["visited_on"] == told["valid_from"]).all()


def test_children_are_assessed_on_met_visits_only(ink: Ink, recorded: Ints, visits: pl.DataFrame) -> None:
    frame = assessments_table(ink, recorded)
    met = visits.filter("met")["visit_id"].unique()
    assert frame["visit_id"].is_in(met.implode()).all()
    assert (frame.filter(~pl.col("seen"))["domains_assessed"] == ";").all()
    seen = frame.filter("seen")["domains_assessed"]
    assert seen.str.count_matches("[a-z]+").min() >= 1
    assert (seen.str.count_matches("[a-z]+") == 5).mean() > 0.7


def test_a_closing_is_a_later_row_of_the_same_finding(ink: Ink, recorded: Ints) -> None:
    frame = findings_table(ink, recorded).filter(pl.col("retracts").is_null())
    opened = frame.filter(pl.col("status") == "open").unique("finding_id")
    closed = frame.filter(pl.col("status") == "closed")
    both = closed.join(opened, on="finding_id", suffix="_open")
    assert both.height == closed.height
    assert closed["closes"].null_count() == 0
    assert (both["valid_from"] > both["valid_from_open"]).all()
    assert (both["opens"] == both["opens_open"]).all()
    assert (both["child_id"].eq_missing(both["child_id_open"])).all()
    assert opened["closes"].null_count() == opened.height
    assert frame["child_id"].null_count() > 0
    assert set(opened["severity"]) <= {1, 2, 3}


def test_findings_stand_on_visits_that_found_somebody(ink: Ink, recorded: Ints, visits: pl.DataFrame) -> None:
    frame = findings_table(ink, recorded).filter(pl.col("retracts").is_null() & pl.col("child_id").is_not_null())
    looked = assessments_table(ink, recorded).filter("seen")
    pairs = frame.join(looked, on=["visit_id", "child_id"], how="inner")
    assert pairs.height == frame.height
    assert (
        pairs.select(pl.col("domains_assessed").str.contains(pl.format(";{};", "domain"), literal=True))
        .to_series()
        .all()
    )
    assert frame["visit_id"].is_in(visits["visit_id"].implode()).all()


def test_lists_hold_their_frame_and_then_what_became_of_it(ink: Ink, recorded: Ints, visits: pl.DataFrame) -> None:
    frame = assignments_table(ink, recorded)
    first = frame.unique(["list_id", "household_id"], keep="first", maintain_order=True)
    assert first["visit_id"].null_count() == first.height
    assert first["inclusion_probability"].is_between(0, 1).all()
    later = frame.filter(pl.col("visit_id").is_not_null() | pl.col("removed_reason").is_not_null())
    assert later["drawn"].all()
    assert later["visit_id"].drop_nulls().is_in(visits["visit_id"].implode()).all()
    key = ["list_id", "household_id", "valid_from", "recorded_on"]
    assert frame.select(key).n_unique() == frame.height


def test_list_names() -> None:
    assert list_names(np.array([3], np.int32), np.array([12], np.int32)).to_list() == ["L00030012"]
