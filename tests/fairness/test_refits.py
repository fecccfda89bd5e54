"""Refits differ in their columns alone: protected facts beside the inputs, domains left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.fairness.grouped import definition_of_made, grouped_dataset
from tests.training.made import CONTRACT
from tests.training.plans import small_plan
from training.dataset import Dataset
from training.fairness.refits import AS_IT_IS, Variant, domain_columns, protected_groups, refitted
from training.fairness.settings import fairness_rule
from training.metrics import auc
from training.refit import Recipe

RECIPE = Recipe(small_plan(), CONTRACT, {"num_leaves": 7, "min_data_in_leaf": 20}, 30)
RULE = fairness_rule().ablations

Made = tuple[Dataset, tuple[Variant, ...], pl.DataFrame]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    dataset = grouped_dataset(tmp_path_factory.mktemp("grouped"))
    variants, rows = refitted(dataset, RECIPE, definition_of_made(), RULE, threads=1)
    return dataset, variants, rows


def area(rows: pl.DataFrame, name: str) -> float:
    known = rows.filter(pl.col("label").is_not_null())
    return auc(known["label"].to_numpy(), known[name].to_numpy()) or 0.0


def test_protected_groups_are_those_of_protected_columns_and_the_county() -> None:
    names = [group.name for group in protected_groups(definition_of_made())]
    assert names == ["sex", "ethnicity", "disability", "county"]


def test_the_columns_of_a_domain_are_those_of_its_features() -> None:
    assert domain_columns(definition_of_made(), CONTRACT, "living").tolist() == [1, 2]
    assert domain_columns(definition_of_made(), CONTRACT, "medical").tolist() == []


def test_there_is_a_variant_per_protected_fact_and_per_domain_with_features(made: Made) -> None:
    _, variants, rows = made
    assert [variant.name for variant in variants] == [
        AS_IT_IS, "with sex", "with ethnicity", "with disability", "with county", "without living", "without education",
    ]  # fmt: skip
    assert [variant.columns for variant in variants] == [0, 2, 2, 2, 2, 2, 1]
    assert rows.height == 2 * 2 * 300
    assert set(rows.columns) >= {variant.name for variant in variants}


def test_a_domain_that_tells_is_missed_and_a_fact_that_tells_nothing_is_not(made: Made) -> None:
    rows = made[2]
    as_it_is = area(rows, AS_IT_IS)
    assert area(rows, "without education") < as_it_is - 0.1
    assert area(rows, "with disability") == as_it_is
    assert area(rows, "with sex") == pytest.approx(as_it_is, abs=0.05)


def test_the_same_seed_grows_the_same_trees_and_rounds_are_bounded(made: Made) -> None:
    dataset, _, rows = made
    again = refitted(dataset, RECIPE, definition_of_made(), RULE, threads=1)[1]
    assert again.equals(rows)
    fewer = replace(RULE, rounds_at_most=1)
    _, short = refitted(dataset, RECIPE, definition_of_made(), fewer, threads=1)
    assert not np.array_equal(short[AS_IT_IS], rows[AS_IT_IS])
