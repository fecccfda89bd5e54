"""Model and baselines over the dates after learning."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.plans import small_plan
from tests.training.stability.test_gain import windows
from training.evaluation import LOGISTIC, MODEL, RANDOM, baselines_of, ranking
from training.labels import LABEL
from training.regret import RegretTable
from training.stability.over_time import regret_over_time
from training.stability.words import regret_table, regret_words


@pytest.fixture
def table() -> RegretTable:
    return regret_over_time(windows(), small_plan())


def test_every_date_of_both_windows_is_measured_as_the_estimates_do(table: RegretTable) -> None:
    rows = windows()
    known = pl.concat([rows["calibrate"], rows["test"]]).filter(~pl.col("held_out"))
    assert [one.name for one in table.candidates] == [MODEL, *baselines_of(known)]
    assert len(table.dates) == 4
    model = next(one for one in table.candidates if one.name == MODEL)
    by_hand = [ranking(day, MODEL, small_plan()).at_k.precision for day in known.sort("as_of").partition_by("as_of")]
    assert model.measured == pytest.approx(by_hand)


def test_the_model_is_nearest_to_the_best_and_chance_is_far(table: RegretTable) -> None:
    mean = {row.name: row.mean for row in table.rows()}
    assert (mean[MODEL] or 0) <= (mean[LOGISTIC] or 0) < (mean[RANDOM] or 0)
    said = regret_words(table)
    assert "Over 4 as-of dates 'model' is nearest" in said.en
    assert "4 个截止日期" in said.zh
    assert len(regret_table(table).rows) == len(table.candidates)


def test_without_labels_it_is_not_estimable() -> None:
    nobody = pl.lit(None, dtype=pl.Boolean).alias(LABEL)
    empty = regret_over_time({name: rows.with_columns(nobody) for name, rows in windows().items()}, small_plan())
    assert np.size(empty.regrets) == 0
    assert "not estimable" in regret_words(empty).en
