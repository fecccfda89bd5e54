"""Each step of learning reads its own window and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.made import WINDOWS, make_dataset
from tests.training.plans import small_plan
from training.dataset import Dataset
from training.learn import learn


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_dataset(tmp_path_factory.mktemp("rows"))


def changed(dataset: Dataset, folder: Path, window: str) -> Dataset:
    """The same dataset with the labels of one window turned round."""
    for path in dataset.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for county in dataset.counties:
        path = folder / f"{county}-{window}.parquet"
        pl.read_parquet(path).with_columns(~pl.col("label")).write_parquet(path)
    return Dataset(folder, dataset.contract, dataset.windows, dataset.counties, dataset.counts, ())


def test_held_out_households_are_in_neither_fit_nor_calibration(dataset: Dataset) -> None:
    learned = learn(dataset, small_plan(), threads=1)
    held_out = pl.concat([part.rows for part in dataset.parts("test")]).filter("held_out")["household_id"]
    assert held_out.len() > 0
    assert not set(learned.seen["household_id"]) & set(held_out)


def test_the_test_window_changes_nothing(dataset: Dataset, tmp_path: Path) -> None:
    plan = small_plan()
    assert learn(changed(dataset, tmp_path, "test"), plan, threads=1).model == learn(dataset, plan, threads=1).model


def test_the_calibration_window_changes_the_calibration_and_no_tree(dataset: Dataset, tmp_path: Path) -> None:
    plan = small_plan()
    plain, turned = (learn(one, plan, threads=1).model for one in (dataset, changed(dataset, tmp_path, "calibrate")))
    assert turned.booster_text == plain.booster_text
    assert turned.cutoffs == plain.cutoffs
    assert turned.calibration != plain.calibration


def test_bands_take_the_plans_shares_of_the_calibration_cohort(dataset: Dataset) -> None:
    plan = small_plan()
    model = learn(dataset, plan, threads=1).model
    scores = np.concatenate(
        [model.score(part.matrix)[~part.rows["held_out"].to_numpy()] for part in dataset.parts("calibrate")]
    )
    names, counts = np.unique(model.cutoffs.band(scores), return_counts=True)
    shares = dict(zip(names.tolist(), counts / scores.size, strict=True))
    assert shares["go_first"] == pytest.approx(plan.bands.go_first_share, abs=0.01)
    assert shares["soon"] == pytest.approx(plan.bands.soon_share, abs=0.02)
    assert (model.cutoffs.fitted_from, model.cutoffs.fitted_to) == (WINDOWS.calibrate[0], WINDOWS.calibrate[-1])


def test_the_same_seed_gives_the_same_model_whatever_the_threads(dataset: Dataset) -> None:
    plan = small_plan()
    plan = replace(plan, learning=replace(plan.learning, rows_per_thread=100))
    one, two = learn(dataset, plan, threads=1), learn(dataset, plan, threads=2)
    assert one.model == two.model
    matrix = next(dataset.parts("test")).matrix
    assert np.array_equal(one.logistic(matrix), two.logistic(matrix))


def test_the_fit_window_is_thinned_by_whole_households(dataset: Dataset) -> None:
    whole = dataset.learning_part("fit", 1_000_000, seed=1)
    thinned = dataset.learning_part("fit", len(whole.matrix) // 2, seed=1)
    assert len(thinned.matrix) == pytest.approx(len(whole.matrix) / 2, rel=0.2)
    kept = set(thinned.rows["household_id"])
    assert whole.rows["household_id"].is_in(kept).sum() == len(thinned.matrix)
    assert np.array_equal(
        thinned.matrix, whole.where(whole.rows["household_id"].is_in(kept).to_numpy()).matrix, equal_nan=True
    )
