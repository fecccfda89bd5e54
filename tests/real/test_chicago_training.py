"""The real Chicago visits train and score by definition alone, about as well as the published reference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.definition import Definition, load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.release.bundle import load_bundle
from tests.real.chicago_report import REFERENCE, TEST_STARTS, WindowResult, report, table, window_plan
from tests.real.conftest import CHICAGO
from training.evaluation import MODEL
from training.plan import GivenWindows, ScreeningPlan
from training.plan_loader import load_plan
from training.run import TrainingResult, train


@pytest.fixture(scope="module")
def plan() -> ScreeningPlan:
    return load_plan(CHICAGO / "plan.toml")


def test_the_plan_fits_the_definition(plan: ScreeningPlan) -> None:
    assert plan.domains(load_definition(CHICAGO)) == ("critical",)


@pytest.mark.parametrize("first", TEST_STARTS)
def test_the_four_windows_keep_the_order_and_the_gap(plan: ScreeningPlan, first: date) -> None:
    layout = window_plan(plan, first).windows.layout
    assert isinstance(layout, GivenWindows)
    assert layout.test.first == first
    assert (layout.calibrate.first - layout.fit.last).days >= plan.windows.gap_days
    assert (layout.test.first - layout.calibrate.last).days >= plan.windows.gap_days
    assert layout.fit.first < layout.fit.last


def test_the_last_window_is_the_plan_itself(plan: ScreeningPlan) -> None:
    assert window_plan(plan, TEST_STARTS[-1]) == plan


@pytest.fixture(scope="module")
def trained_home(
    chicago_ledger: Path, chicago_definition: Definition, plan: ScreeningPlan, tmp_path_factory: pytest.TempPathFactory
) -> TrainingResult:
    return train(chicago_ledger, plan, tmp_path_factory.mktemp("chicago-home"), chicago_definition)


@pytest.mark.slow
def test_the_whole_run_makes_a_bundle_that_scores_the_places(
    trained_home: TrainingResult, chicago_ledger: Path, chicago_definition: Definition
) -> None:
    bundle = load_bundle(trained_home.bundle, chicago_definition)
    store = LedgerStore.open(chicago_ledger)
    county = store.counties()[0]
    last = load_plan(CHICAGO / "plan.toml").windows.data_cut_off
    assert last is not None
    features = build_feature_table(store.read(county).tables, chicago_definition, last, county=county)
    scores = bundle.model.score(features.matrix())
    assert scores.size > 50
    assert scores.std() > 0.05
    assert not trained_home.simulated
    assert trained_home.suspicions == ()


@pytest.mark.slow
def test_every_inspection_gives_a_label(trained_home: TrainingResult) -> None:
    for counts in trained_home.labels.values():
        assert counts["labelled"] > 1_000
        assert counts["partly_assessed"] == counts["not_seen"] == counts["partly_positive"] == 0


@pytest.mark.slow
def test_forward_figures_are_those_of_the_reference(
    chicago_ledger: Path, chicago_definition: Definition, plan: ScreeningPlan
) -> None:
    results = report(chicago_ledger, chicago_definition, plan)
    assert [one.first for one in results] == list(TEST_STARTS)
    for one in results:
        assert REFERENCE["base_rate"][0] - 0.01 <= (one.base_rate or 0) <= REFERENCE["base_rate"][1] + 0.01
        assert REFERENCE["auc"][0] - 0.01 <= (one.auc or 0) <= REFERENCE["auc"][1] + 0.04
        assert REFERENCE["precision"][0] - 0.01 <= (one.precision or 0)
        assert (one.gains["random"] or 0) > 0
    assert MODEL not in results[0].gains


def test_the_table_stands_beside_the_reference() -> None:
    first = TEST_STARTS[0]
    one = WindowResult(first, first, 100, 50, 0.13, 0.61, 0.2, 0.1, 0.6, {"random": 0.07, "logistic": None})
    lines = table([one]).splitlines()
    assert "random, logistic" in lines[0]
    assert "0.610   0.200" in lines[1]
    assert "+0.070, -" in lines[1]
    assert "0.12-0.16 0.58-0.64   0.17-0.27" in lines[2]
