"""The same dates, the same children, the same labels; dates of one alone are left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.training.made import make_part
from tests.training.plans import small_plan
from training.challenger.windows import same_windows
from training.evidence import Evidence

DATES = (date(2018, 7, 1), date(2018, 8, 1))


def evidence(rows: pl.DataFrame, scores: np.ndarray) -> Evidence:
    return Evidence(
        model_id="a" * 16,
        plan=small_plan(),
        definition_hash="",
        data_hash="",
        simulated=True,
        cut=date(2018, 12, 31),
        dates={},
        figures={},
        rows={"test": rows.with_columns(pl.Series("model", scores))},
        seen=pl.DataFrame(
            {"child_id": [], "household_id": []}, schema={"child_id": pl.String, "household_id": pl.String}
        ),
    )


@pytest.fixture(scope="module")
def good() -> Evidence:
    """Ranked by what the label depends on."""
    part = make_part(DATES, households=400, signal=3.0)
    return evidence(part.rows, np.nan_to_num(part.matrix[:, 0]).astype(np.float64))


@pytest.fixture(scope="module")
def poor(good: Evidence) -> Evidence:
    """The same rows, ranked by noise."""
    rows = good.rows["test"]
    return replace(good, rows={"test": rows.with_columns(pl.Series("model", noise(rows.height)))})


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(5).normal(size=count)


def test_a_better_order_is_shown_better_with_an_interval_above_zero(good: Evidence, poor: Evidence) -> None:
    found = same_windows(good, poor)
    assert found.dates == DATES
    assert found.left_out == ()
    assert found.rows == 2 * 2 * 320
    assert found.difference.value is not None
    assert found.difference.lower is not None
    assert found.difference.lower > 0
    assert found.challenger.value == pytest.approx(found.release.value + found.difference.value)
    assert found == same_windows(good, poor)


def test_a_model_against_itself_differs_by_nothing(good: Evidence) -> None:
    found = same_windows(good, good)
    assert (found.difference.value, found.difference.lower, found.difference.upper) == (0.0, 0.0, 0.0)


def test_precision_is_that_of_the_first_k_by_hand(good: Evidence, poor: Evidence) -> None:
    shares = []
    for _, day in good.estimate_rows("known").sort("as_of", "child_id").group_by("as_of", maintain_order=True):
        first = day.sort("model", descending=True).head(round(0.1 * day.height))
        shares.append(first["label"].drop_nulls().cast(pl.Float64).to_numpy().mean())
    assert same_windows(good, poor).challenger.value == pytest.approx(np.mean(shares))


def test_dates_of_one_alone_are_left_out_and_named(good: Evidence, poor: Evidence) -> None:
    one_date = replace(poor, rows={"test": poor.rows["test"].filter(pl.col("as_of") == DATES[1])})
    found = same_windows(good, one_date)
    assert (found.dates, found.left_out) == (DATES[1:], DATES[:1])
    assert found.rows == 2 * 320


def test_without_a_shared_date_nothing_is_estimated(good: Evidence, poor: Evidence) -> None:
    later = poor.rows["test"].with_columns(pl.col("as_of").dt.offset_by("1y"))
    found = same_windows(good, replace(poor, rows={"test": later}))
    assert found.rows == 0
    assert found.difference.value is None
    assert len(found.left_out) == 4


def test_children_that_one_of_the_two_held_out_do_not_count(good: Evidence, poor: Evidence) -> None:
    others = poor.rows["test"].with_columns(pl.col("household_id").is_in(["h0001", "h0002"]).alias("held_out"))
    assert same_windows(good, replace(poor, rows={"test": others})).rows == 2 * 2 * (320 - 2)
