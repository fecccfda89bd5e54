"""The reference of a model speaks of everybody in the cohort."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.made import make_dataset
from training.dataset import Dataset
from training.reference import cohort_reference


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return make_dataset(tmp_path)


def test_children_nobody_assessed_are_in_the_reference(dataset: Dataset) -> None:
    rows = sum(part.rows.height for part in dataset.parts("calibrate"))
    labelled = sum(part.rows["label"].drop_nulls().len() for part in dataset.parts("calibrate"))
    reference = cohort_reference(dataset, 1_000_000, 1)
    by_name = {feature.name: feature for feature in reference.features}
    assert by_name["size"].total == rows > labelled
    assert by_name["empty"].missing == rows


def test_a_large_cohort_is_thinned_by_whole_households_and_the_same_way_each_time(dataset: Dataset) -> None:
    rows = sum(part.rows.height for part in dataset.parts("calibrate"))
    thinned = cohort_reference(dataset, rows // 4, 1)
    size = next(feature for feature in thinned.features if feature.name == "size").total
    assert 0.1 * rows < size < 0.4 * rows
    assert thinned == cohort_reference(dataset, rows // 4, 1)
    assert thinned != cohort_reference(dataset, rows // 4, 2)
