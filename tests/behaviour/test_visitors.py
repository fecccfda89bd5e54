"""Training that leaves the visitor out does no harm to what the score knows of true need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.simulator.county import Province, whole_county
from features.simulator.plan import SimulationPlan
from features.simulator.regions import counties_of
from features.simulator.settings import Scenario, load_scenario
from features.simulator.shapes import Settings
from features.simulator.truth import TRUTH
from features.simulator.write import write_county
from tests.behaviour.provinces import province_plan
from training.dataset import build_dataset
from training.learn import learn
from training.metrics import auc, mean_of

SPREAD = 3.0
"""What visitors add to the log-odds of finding a need that is there: nearly everything, or nearly nothing."""


def _differing(settings: Settings) -> Settings:
    return replace(settings, finding=replace(settings.finding, visitor_sd=SPREAD))


def _scenario() -> Scenario:
    default = load_scenario("default")
    return replace(default, early=_differing(default.early), later=_differing(default.later))


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Mapping[bool, float]:
    """The AUC of true need on the cohorts of the test window, with and without adjusting."""
    folder, definition, plan = tmp_path_factory.mktemp("visitors"), load_definition(), province_plan()
    truth = _simulated(folder / "province")
    import_folder(folder / "province", folder / "ledger", definition)
    dataset = build_dataset(folder / "ledger", plan, definition, folder / "rows", workers=1)
    found = {}
    for adjusted in (False, True):
        learning = replace(plan.learning, adjust_visitor=adjusted)
        model = learn(dataset, replace(plan, learning=learning), threads=1).model
        by_date = []
        for part in dataset.parts("test"):
            scores = model.score(np.ascontiguousarray(part.matrix))
            for day in part.rows["as_of"].unique():
                rows = (part.rows["as_of"] == day).to_numpy()
                needy = truth.filter((pl.col("start") <= day) & (pl.col("end").is_null() | (pl.col("end") >= day)))
                need = part.rows["child_id"].is_in(needy["child_id"].unique().implode()).to_numpy()
                by_date.append(auc(need[rows], scores[rows]))
        found[adjusted] = mean_of(by_date) or 0.0
    return found


def _simulated(out: Path) -> pl.DataFrame:
    """Two counties whose visitors differ widely and cross villages; returns the true needs, which no table holds."""
    plan, scenario = SimulationPlan(children=3_000, counties=2, seed=4, months=30), _scenario()
    province = Province(plan, scenario, load_definition(), counties_of(plan, scenario))
    truth = []
    for county in province.counties:
        tables = dict(whole_county(province, county, ()))
        truth.append(tables[TRUTH])
        write_county(out, county.code, tables)
    return pl.concat(truth)


@pytest.mark.slow
def test_adjusted_scores_know_true_need_as_well_or_better(areas: Mapping[bool, float]) -> None:
    # Chance between the two fits is about 0.003 (five provinces of 4,000 children).
    assert areas[True] > areas[False] - 0.006
    assert areas[True] > 0.7
