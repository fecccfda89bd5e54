"""The default province is as hard as the field: forward AUC between 0.70 and 0.80 (Chouldechova 2018; Hall 2023)."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.definition import load_definition
from features.simulator.plan import SimulationPlan
from tests.behaviour.provinces import imported, measured
from training.evaluation import BASELINES, MODEL
from training.plan_loader import load_plan
from training.run import train

FIELD = (0.70, 0.80)


@pytest.mark.slow
def test_a_small_province_is_about_as_hard_as_the_field(tmp_path: Path) -> None:
    """Four thousand children: two hundredths of chance on either side."""
    run = measured(imported(tmp_path, SimulationPlan(children=4_000, counties=2)), tmp_path / "rows")
    assert FIELD[0] - 0.04 < run.auc() < FIELD[1] + 0.04


@pytest.mark.slow
def test_the_default_province_is_as_hard_as_the_field_and_the_model_adds_to_every_baseline(tmp_path: Path) -> None:
    ledger = imported(tmp_path, SimulationPlan(children=25_000, counties=5))
    result = train(ledger, load_plan("demo"), tmp_path / "home", load_definition())
    known, new = result.estimates[:2]
    for one in (known, new):
        assert FIELD[0] <= (one.ranking(MODEL).auc or 0) <= FIELD[1]
    for baseline in BASELINES:
        assert (known.gain(baseline) or 0) > 0, baseline
    assert result.suspicions == ()
