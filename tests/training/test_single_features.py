"""Every feature alone as a ranking, chosen on the calibration window and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.made import CONTRACT, make_dataset
from tests.training.plans import small_plan
from training.dataset import Dataset
from training.evaluation import MODEL, ranking
from training.labels import LABEL
from training.single_features import FeatureOrder, FeatureOrders, choose_orders


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return make_dataset(tmp_path)


def change(dataset: Dataset, window: str, column: pl.Expr) -> None:
    for path in dataset.folder.glob(f"*-{window}.parquet"):
        pl.read_parquet(path).with_columns(column).write_parquet(path)


def test_the_feature_that_tells_is_best_and_an_empty_one_is_no_ranking(dataset: Dataset) -> None:
    found = choose_orders(dataset, small_plan())
    assert found.orders[0].name == "need"
    assert {order.name for order in found.orders} == {"need", "size", "noise"}
    assert found.best == found.orders[0]
    assert found.median == found.orders[1]


def test_its_precision_is_that_of_the_estimates(dataset: Dataset) -> None:
    plan = small_plan()
    found = choose_orders(dataset, plan)
    for order in found.orders:
        rows = pl.concat(
            part.rows.with_columns(pl.Series(MODEL, order.scores(np.asarray(part.matrix))))
            for part in dataset.parts("calibrate")
        ).filter(~pl.col("held_out"))
        assert ranking(rows, MODEL, plan).at_k.precision == pytest.approx(order.precision), order.name


def test_an_allowed_direction_is_kept_and_a_free_one_goes_where_more_was_found(dataset: Dataset) -> None:
    def best(direction: int) -> FeatureOrder | None:
        directions = (direction, 0, 0, 0)
        changed = replace(dataset, contract=replace(CONTRACT, directions=directions))
        return next((one for one in choose_orders(changed, small_plan()).orders if one.name == "need"), None)

    against, free = best(-1), best(0)
    assert against is not None
    assert free is not None
    assert (against.direction, free.direction) == (-1, 1)
    assert free.precision > against.precision


def test_the_test_window_has_no_say(dataset: Dataset) -> None:
    before = choose_orders(dataset, small_plan())
    change(dataset, "test", ~pl.col(LABEL))
    assert choose_orders(dataset, small_plan()) == before
    change(dataset, "calibrate", ~pl.col(LABEL))
    assert choose_orders(dataset, small_plan()) != before


def test_above_the_rows_of_a_check_whole_households_are_thinned(dataset: Dataset) -> None:
    plan = replace(small_plan(), checks=replace(small_plan().checks, rows_at_most=600))
    thin = choose_orders(dataset, plan)
    assert thin.best is not None
    assert thin.best.precision != choose_orders(dataset, small_plan()).orders[0].precision
    assert thin == choose_orders(dataset, plan)


def test_without_labels_there_is_no_order(dataset: Dataset) -> None:
    change(dataset, "calibrate", pl.lit(None, dtype=pl.Boolean).alias(LABEL))
    found = choose_orders(dataset, small_plan())
    assert found == FeatureOrders(())
    assert (found.best, found.median) == (None, None)


def test_a_value_that_is_not_known_goes_last_either_way() -> None:
    matrix = np.array([[1.0], [np.nan], [2.0]], dtype=np.float32)
    assert FeatureOrder("x", 0, 1, 0.5).scores(matrix).tolist() == [1, -np.inf, 2]
    assert FeatureOrder("x", 0, -1, 0.5).scores(matrix).tolist() == [-1, -np.inf, -2]
