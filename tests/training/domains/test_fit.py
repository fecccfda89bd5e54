"""Each domain is fitted on what was looked at in it, calibrated on its own window, and left out if labels are few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.domains import DomainModel, DomainModels, LeastPositives, NotFitted, WindowCounts
from models.release.manifest import json_bytes
from tests.training.made import CONTRACT, DOMAINS, make_dataset
from tests.training.plans import small_plan
from training.dataset import Dataset
from training.domains.fit import domain_parameters, enough, label_counts, learn_domains
from training.metrics import auc
from training.plan import ScreeningPlan
from training.tune import Tuned

TUNED = Tuned({"learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": 20}, 20, 0.7, (0.7,))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_dataset(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def models(dataset: Dataset) -> DomainModels:
    return learn(dataset)


def learn(dataset: Dataset, plan: ScreeningPlan | None = None, threads: int = 1) -> DomainModels:
    return learn_domains(dataset, TUNED, plan or small_plan(), DOMAINS, threads=threads)


def changed(dataset: Dataset, folder: Path, window: str, label: str) -> Dataset:
    """The same dataset with one label of one window turned round."""
    for path in dataset.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    for county in dataset.counties:
        path = folder / f"{county}-{window}.parquet"
        pl.read_parquet(path).with_columns(~pl.col(label)).write_parquet(path)
    return replace(dataset, folder=folder)


def test_a_domain_with_labels_has_a_model_that_knows_and_one_without_says_how_few(
    dataset: Dataset, models: DomainModels
) -> None:
    assert [type(one) for one in models.domains] == [DomainModel, DomainModel, NotFitted]
    assert models.names == DOMAINS
    models.check(CONTRACT)
    none = models.not_fitted[0]
    assert none.counts.fit_positives == none.counts.calibrate_positives == 0
    assert none.counts.fit_labels > 1_000
    test = dataset.learning_part("test", 10**6, seed=1)
    found = auc(test.rows["label_living"].to_numpy(), models.probabilities(test.matrix)[:, 0])
    assert (found or 0) > 0.7


def test_counts_are_children_of_visits_and_not_rows(dataset: Dataset, models: DomainModels) -> None:
    rows = pl.concat([part.rows for part in dataset.parts("fit")]).filter(~pl.col("held_out"))
    pairs = {
        (row["visit_id"], row["child_id"]): row["label_living"]
        for row in rows.to_dicts()
        if row["label_living"] is not None
    }
    counts = models.domains[0].counts
    assert (counts.fit_labels, counts.fit_positives) == (len(pairs), sum(pairs.values()))
    twice = pl.DataFrame({"visit_id": ["v", "v", "w"], "child_id": ["c", "c", "c"], "x": [True, True, None]})
    assert label_counts(twice, "x") == (1, 1)


def test_a_domain_learns_only_from_children_it_was_looked_at_for(models: DomainModels) -> None:
    living, medical = (one.counts for one in models.fitted)
    assert medical.fit_labels == living.fit_labels / 2


def test_the_base_rate_is_that_of_the_calibration_window_and_each_visit_counts_once(
    dataset: Dataset, models: DomainModels
) -> None:
    rows = dataset.learning_part("calibrate", 10**6, seed=1).rows
    by_visit = rows.group_by("visit_id").agg(pl.col("label_living").cast(pl.Float64).mean())
    assert models.fitted[0].base_rate == pytest.approx(by_visit["label_living"].mean())


def test_chances_are_right_on_average_over_the_calibration_window(dataset: Dataset, models: DomainModels) -> None:
    part = dataset.learning_part("calibrate", 10**6, seed=1)
    assert models.probabilities(part.matrix)[:, 0].mean() == pytest.approx(models.fitted[0].base_rate, abs=0.01)


def test_the_calibration_window_changes_no_tree_and_the_test_window_nothing(
    dataset: Dataset, models: DomainModels, tmp_path: Path
) -> None:
    for window in ("calibrate", "test"):
        (tmp_path / window).mkdir()
    turned = learn(changed(dataset, tmp_path / "calibrate", "calibrate", "label_living"))
    assert turned.fitted[0].booster_text == models.fitted[0].booster_text
    assert turned.fitted[0].calibration != models.fitted[0].calibration
    assert turned.fitted[1] == models.fitted[1]
    assert learn(changed(dataset, tmp_path / "test", "test", "label_living")) == models


def test_the_same_rows_give_the_same_bytes_whatever_the_threads(dataset: Dataset, models: DomainModels) -> None:
    plan = small_plan()
    plan = replace(plan, learning=replace(plan.learning, rows_per_thread=100))
    assert json_bytes(learn(dataset, plan, threads=2).to_json()) == json_bytes(models.to_json())


def test_directions_of_the_contract_hold_in_every_domain(models: DomainModels) -> None:
    rows = np.random.default_rng(2).normal(size=(50, 4)).astype(np.float32)
    more = rows + np.array([1, 0, 0, 0], dtype=np.float32)
    assert (models.probabilities(more)[:, :2] >= models.probabilities(rows)[:, :2]).all()


def test_a_search_that_wanted_more_trees_gives_longer_steps_up_to_a_limit() -> None:
    rule = replace(small_plan().by_domain, trees=10, step_at_most=0.3)
    rates = [domain_parameters(replace(TUNED, rounds=rounds), rule)["learning_rate"] for rounds in (5, 10, 20, 100)]
    assert rates == pytest.approx([0.1, 0.1, 0.2, 0.3])
    steep = replace(TUNED, parameters={"learning_rate": 0.5})
    assert domain_parameters(steep, rule)["learning_rate"] == 0.5


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [
        (WindowCounts(200, 50, 100, 20), True),
        (WindowCounts(200, 49, 100, 20), False),
        (WindowCounts(200, 50, 100, 19), False),
        (WindowCounts(50, 50, 100, 20), False),
        (WindowCounts(200, 50, 20, 20), False),
    ],
)
def test_a_domain_needs_children_with_and_without_a_new_need_in_both_windows(
    counts: WindowCounts, *, wanted: bool
) -> None:
    assert enough(counts, LeastPositives(fit=50, calibrate=20)) is wanted


def test_where_no_domain_has_labels_enough_none_is_fitted(dataset: Dataset) -> None:
    plan = small_plan()
    plan = replace(plan, by_domain=replace(plan.by_domain, least=LeastPositives(10**6, 1)))
    assert learn(dataset, plan).fitted == ()
