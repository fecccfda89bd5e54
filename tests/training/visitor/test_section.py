"""Tests of ``training.visitor.section``, ``measure`` and ``words``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.training.audited import audited
from tests.training.plans import small_plan
from tests.training.visitor.worlds import world
from training.audit.section import Section
from training.audit.svg import NOT_ESTIMABLE as NO_FIGURE
from training.stability.resample import NOT_ESTIMABLE, Interval
from training.visitor.history import Ablation
from training.visitor.measure import VisitorMeasures, measure_visitors, one_per_visit
from training.visitor.section import describe, section
from training.visitor.settings import visitor_rule
from training.visitor.villages import Nesting
from training.visitor.words import figure

CROSSING, NESTED, UNSEEN = Nesting(20, 1, 0.5), Nesting(20, 18, 0.5), Nesting(0, 0, 0.5)
HISTORY = Ablation(9, 0.7, 0.65, Interval(0.3, 0.2, 0.4), Interval(0.25, 0.2, 0.3), Interval(0.05, 0.01, 0.09))


@pytest.fixture(scope="module")
def measured() -> VisitorMeasures:
    made = world(spread=1.5)
    homes = made.part.rows.select("household_id", pl.lit("520001100200").alias("region_code"))
    return measure_visitors(made.part.rows, [made.part], homes, small_plan(), visitor_rule())


def _english(found: Section) -> str:
    return " ".join(label.en for label in found.findings)


def test_what_visitors_differ_by_is_measured_and_said_in_both_languages(measured: VisitorMeasures) -> None:
    found = describe(measured, CROSSING, HISTORY, adjusted_training=False)
    assert found.key == "visitor"
    assert (found.figures["variance_lower"] or 0) > 0.3
    assert (found.figures["variance_share"] or 0) > 0.15
    assert (found.figures["predictable_auc_lower"] or 0) > 0.6
    assert found.figures["history_gain"] == 0.05
    said = _english(found)
    assert "can be told apart" in said
    assert "the features tell who went" in said
    assert "adjust_visitor" in said
    assert all(label.zh and label.en for label in found.findings)
    assert len(found.tables) == 2


def test_visitors_nested_in_villages_are_not_identifiable_and_give_no_figure(measured: VisitorMeasures) -> None:
    found = describe(measured, NESTED, HISTORY, adjusted_training=True)
    assert "not identifiable" in found.findings[0].en
    assert "不可识别" in found.findings[0].zh
    assert found.figures["variance_share"] is None
    assert found.figures["identifiable"] == 0
    assert found.figures["one_visitor_villages"] == 0.9
    assert "Training took the visitor effect out" in _english(found)
    unseen = describe(measured, UNSEEN, HISTORY, adjusted_training=True)
    assert "not identifiable" in unseen.findings[0].en


def test_nobody_who_can_be_compared_is_said_so() -> None:
    made = world()
    rows = made.part.rows.with_columns(pl.lit(None, pl.String).alias("visitor_id"))
    part = replace(made.part, rows=rows)
    homes = rows.select("household_id", pl.lit(None, pl.String).alias("region_code"))
    measured = measure_visitors(rows, [part], homes, small_plan(), visitor_rule())
    nothing = replace(HISTORY, gain=NOT_ESTIMABLE, with_history=NOT_ESTIMABLE)
    found = describe(measured, CROSSING, nothing, adjusted_training=False)
    assert measured.adjusted is None
    assert found.figures["variance_share"] is None
    assert "100 % of the visits do not say who went" in _english(found)
    assert "Too few visits" in _english(found)
    assert len(found.tables) == 1


def test_features_that_tell_the_place_only_are_not_blamed(measured: VisitorMeasures) -> None:
    told = replace(measured.predictable, in_village=Interval(0.49, 0.45, 0.53))
    said = _english(describe(replace(measured, predictable=told), CROSSING, HISTORY, adjusted_training=False))
    assert "the features tell the place, not who went" in said
    told = replace(told, in_village=NOT_ESTIMABLE)
    said = _english(describe(replace(measured, predictable=told), CROSSING, HISTORY, adjusted_training=False))
    assert "nothing to compare" in said


def test_one_row_is_kept_per_visit_with_its_features() -> None:
    made = world(households=50)
    twice = replace(made.part, rows=made.part.rows.with_columns(made.part.rows["visit_id"].str.head(6)))
    found = one_per_visit([twice])
    assert found.rows["visit_id"].n_unique() == found.rows.height == 10
    assert found.matrix.shape == (10, 4)
    newest = twice.rows.sort(["as_of", "child_id"], descending=[True, False]).unique("visit_id", keep="first")
    assert set(found.rows["child_id"]) == set(newest["child_id"])
    assert np.allclose(found.rows["model"].to_numpy(), 0.8 * found.matrix[:, 0].astype(np.float64) - 1.5)


def test_figures_without_an_interval_stand_alone() -> None:
    assert figure(Interval(0.5, None, None)) == "0.500"
    assert figure(Interval(0.5, 0.4, 0.6)) == "0.500 (0.400 – 0.600)"
    assert figure(NOT_ESTIMABLE) == NO_FIGURE


@pytest.mark.slow
def test_the_section_of_a_trained_model_speaks_of_its_test_window(ledger: Path) -> None:
    found = section(audited(ledger))
    assert found.figures["one_visitor_villages"] == 0.0
    assert found.figures["identifiable"] == 1.0
    assert 0 <= (found.figures["variance_share"] or 0.0) < 0.5
    assert (found.figures["predictable_auc"] or 0) > 0.5
    assert found.data["history_columns"] == 25
    names = {"visitor_id", "household_id", "child_id"}
    assert not names & set(found.data)
