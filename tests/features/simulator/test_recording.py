"""Late, wrong and missing records."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.simulator.recording import HOME, Clerk, RowIds, numbered
from features.simulator.shapes import LogNormal, Settings

LAST = 20_000


@pytest.fixture
def clerk(rng: np.random.Generator, settings: Settings) -> Clerk:
    return Clerk(rng, settings.recording, LAST)


def _frame(ids: RowIds, count: int) -> pl.DataFrame:
    day = pl.Series("valid_from", [date(2024, 1, 1)] * count)
    names = [f"C{n}" for n in range(count)]
    return pl.DataFrame({"child_id": names, "a": range(count), "b": range(count)}).with_columns(
        ids.take(count), day, day.alias("recorded_on"), pl.lit(None, pl.String).alias("retracts"),
        pl.lit("simulated").alias("source"), pl.lit("1").alias("definition_version"), pl.lit(0).alias(HOME),
    )  # fmt: skip


def test_delays_are_skewed_and_longer_where_the_county_is_slow(clerk: Clerk) -> None:
    shape = LogNormal(10.0, 1.0, 200.0)
    quick = clerk.delays(shape, np.ones(5_000), same_day=0.3)
    slow = clerk.delays(shape, np.full(5_000, 3.0), same_day=0.3)
    assert quick.min() == 0
    assert np.mean(quick) > np.median(quick)
    assert np.median(slow) > 2 * np.median(quick)
    assert slow.max() == 200


def test_gaps_last_until_the_record_is_completed(clerk: Clerk) -> None:
    until = clerk.gaps(0.2, np.ones(5_000), np.full(5_000, 100, np.int32))
    missing = until >= 0
    assert missing.mean() == pytest.approx(0.2, abs=0.03)
    assert (until[missing] >= 100).all()
    assert (until[~missing] == -1).all()


def test_a_wrong_row_is_retracted_and_told_right(clerk: Clerk) -> None:
    ids = RowIds("R", 1, 1)
    frame = _frame(ids, 40)
    wrong = np.zeros(40, bool)
    wrong[[3, 7]] = True
    made = clerk.with_errors(frame, wrong, ("a", "b"), ("child_id",), ids)
    assert made.height == 44
    assert made["row_id"].n_unique() == 44
    retraction = made.filter(pl.col("retracts").is_not_null()).sort("child_id")
    assert retraction["retracts"].to_list() == frame.filter(pl.Series(wrong))["row_id"].to_list()
    assert retraction["child_id"].to_list() == ["C3", "C7"]
    assert retraction["a"].null_count() == retraction["b"].null_count() == 2
    correction = made.filter(pl.col("row_id").is_in(["R00010000043", "R00010000044"]))
    assert correction.select("child_id", "a", "b").rows() == [("C3", 3, 3), ("C7", 7, 7)]
    assert (correction["recorded_on"] > date(2024, 1, 1)).all()
    assert (correction["recorded_on"] == retraction["recorded_on"]).all()
    first = made.filter(pl.col("row_id").is_in(retraction["retracts"].implode()))
    assert ((first["a"] != first["child_id"].str.slice(1).cast(pl.Int64)) | (first["a"] != first["b"])).any()


def test_nothing_wrong_changes_nothing(clerk: Clerk) -> None:
    ids = RowIds("R", 1, 1)
    frame = _frame(ids, 3)
    assert clerk.with_errors(frame, np.zeros(3, bool), ("a",), ("child_id",), ids).equals(frame)


def test_what_is_recorded_after_the_last_day_is_not_there(clerk: Clerk) -> None:
    days = pl.DataFrame({"recorded_on": pl.Series([LAST, LAST + 1]).cast(pl.Int32).cast(pl.Date)})
    assert clerk.in_time(days).height == 1


def test_record_numbers_run_on_and_stay_short() -> None:
    ids = RowIds("R", 12, 9_000_000)
    assert ids.take(2).to_list() == ["R00129000000", "R00129000001"]
    assert ids.take(1).to_list() == ["R00129000002"]
    assert numbered("C0001", np.array([7])).to_list() == ["C00010000007"]
