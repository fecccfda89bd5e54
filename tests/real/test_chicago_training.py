"""The real Chicago visits train and score by definition alone, about as well as the published reference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.definition import Definition, load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.release.bundle import load_bundle
from tests.real.chicago_evidence import UNKNOWN_GROUP
from tests.real.chicago_report import (
    ONE_FEATURES,
    REFERENCE,
    TEST_STARTS,
    Report,
    WindowResult,
    report,
    table,
    window_plan,
)
from tests.real.chicago_tables import evidence_tables
from tests.real.conftest import CHICAGO
from training.evaluation import MODEL, RANDOM
from training.fairness.tally import RECALL, SELECTION_RATE
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


@pytest.fixture(scope="module")
def found(chicago_ledger: Path, chicago_definition: Definition, plan: ScreeningPlan) -> Report:
    return report(chicago_ledger, chicago_definition, plan)


@pytest.mark.slow
def test_forward_figures_are_those_of_the_reference(found: Report) -> None:
    assert [one.first for one in found.windows] == list(TEST_STARTS)
    for one in found.windows:
        assert REFERENCE["base_rate"][0] - 0.01 <= (one.base_rate or 0) <= REFERENCE["base_rate"][1] + 0.01
        assert REFERENCE["auc"][0] - 0.01 <= (one.auc or 0) <= REFERENCE["auc"][1] + 0.04
        assert REFERENCE["precision"][0] - 0.01 <= (one.precision or 0)
        assert (one.gains["random"] or 0) > 0
    assert MODEL not in found.windows[0].gains


@pytest.mark.slow
def test_groups_of_inspectors_differ_far_more_than_their_places(found: Report) -> None:
    visitors = found.evidence.visitors
    assert visitors.adjusted is not None
    assert visitors.adjusted.lower > 0.2
    assert visitors.adjusted.share > 0.1
    inspectors = {one.name: one for one in found.evidence.inspectors}
    assert inspectors["purple"].rate > 10 * inspectors["brown"].rate
    assert inspectors["purple"].expected < 2 * inspectors["brown"].expected
    assert 0.05 < (visitors.unknown_share or 0) < 0.25
    assert UNKNOWN_GROUP in inspectors
    assert (visitors.strata.auc_within.lower or 0) > 0.5
    by_lot = visitors.predictable.by_lot
    assert by_lot.value == pytest.approx(0.5, abs=0.05)
    assert (visitors.predictable.auc.lower or 0) > 0.6


@pytest.mark.slow
def test_the_model_finds_violations_days_sooner_and_chance_does_not(found: Report) -> None:
    replayed = found.evidence.replay
    assert (replayed.order(MODEL).days.lower or 0) > 0
    chance = replayed.order(RANDOM).days
    assert chance.value is not None
    assert chance.lower is not None
    assert chance.upper is not None
    assert chance.lower <= chance.value <= chance.upper
    assert chance.lower <= 0 <= chance.upper
    assert 0.2 < (replayed.order(MODEL).later or 0) < 0.5
    alone = [one for one in replayed.orders if one.name.startswith("only ")]
    assert len(alone) == ONE_FEATURES
    assert all((one.days.value or 0) < (replayed.order(MODEL).days.value or 0) for one in alone)


@pytest.mark.slow
def test_wards_nobody_learned_from_cost_a_little(found: Report) -> None:
    wards = found.evidence.wards
    assert 0.57 <= (wards.auc_held_out.value or 0) <= 0.64
    assert (wards.auc_held_out.value or 0) <= (wards.auc_trained.value or 0)
    assert abs(wards.precision_price.value or 0) < 0.06


@pytest.mark.slow
def test_every_area_group_is_audited_the_unknown_one_too(found: Report) -> None:
    areas = {one.group: one for one in found.evidence.areas}
    assert set(areas) == {"white", "black", "hispanic", "mixed", "asian", UNKNOWN_GROUP}
    assert (areas["black"].ratios[RECALL].upper or 0) < 0.8
    assert areas["white"].measures[SELECTION_RATE].value is not None
    words = evidence_tables(found.evidence)
    assert "ward hold-out" in words
    assert "needs_first" in words


def test_the_table_stands_beside_the_reference() -> None:
    first = TEST_STARTS[0]
    one = WindowResult(first, first, 100, 50, 0.13, 0.61, 0.2, 0.1, 0.6, {"random": 0.07, "logistic": None})
    lines = table([one]).splitlines()
    assert "random, logistic" in lines[0]
    assert "0.610   0.200" in lines[1]
    assert "+0.070, -" in lines[1]
    assert "0.12-0.16 0.58-0.64   0.17-0.27" in lines[2]
