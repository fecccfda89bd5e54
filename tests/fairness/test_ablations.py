"""Variants beside the unchanged refit, at the same k, on the same households."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from features.definition import load_definition
from features.definition.groups import audit_groups
from tests.fairness.simulated import LATER, window
from tests.training.plans import small_plan
from training.fairness.ablations import compare_variants, least_ratio
from training.fairness.listed import with_places
from training.fairness.refits import AS_IT_IS, Variant
from training.fairness.settings import fairness_rule

ETHNICITY = audit_groups(load_definition()).groups["ethnicity"]
VARIANTS = (
    Variant(AS_IT_IS, AS_IT_IS, "", 0),
    Variant("with ethnicity", "with", "ethnicity", 2),
    Variant("without living", "without", "living", 3),
)


def scored() -> pl.DataFrame:
    """The unchanged score; one that hears the minority better; one that is chance."""
    rows = window(LATER, 2)
    lift = pl.when((pl.col("group_ethnicity") == "minority") & pl.col("label")).then(1.0).otherwise(0.0)
    lots = np.random.default_rng(1).random(rows.height)
    return rows.with_columns(
        pl.col("model").alias(AS_IT_IS),
        (pl.col("model") + lift).alias("with ethnicity"),
        pl.Series("without living", lots),
    )


def test_what_helps_gains_and_what_is_missed_loses() -> None:
    same, better, chance = compare_variants(scored(), VARIANTS, (ETHNICITY,), small_plan(), fairness_rule())
    assert (same.change.value, same.same_list) == (0.0, 1.0)
    assert better.change.lower is not None
    assert better.change.lower > 0
    assert chance.change.upper is not None
    assert chance.change.upper < 0
    assert chance.precision.value == pytest.approx(0.15, abs=0.05)
    assert chance.same_list == pytest.approx(0.1, abs=0.05)


def test_an_added_fact_says_what_it_does_to_its_groups() -> None:
    _, better, chance = compare_variants(scored(), VARIANTS, (ETHNICITY,), small_plan(), fairness_rule())
    assert better.least_recall_ratio_before is not None
    assert better.least_recall_ratio is not None
    assert better.least_recall_ratio > better.least_recall_ratio_before + 0.2
    assert chance.least_recall_ratio is None


def test_without_needs_enough_there_is_no_ratio() -> None:
    rows = with_places(scored(), small_plan()).with_columns(pl.lit(value=None, dtype=pl.Boolean).alias("label"))
    assert least_ratio(rows, ETHNICITY, small_plan(), fairness_rule()) is None
