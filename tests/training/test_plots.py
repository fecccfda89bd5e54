"""Plots are pictures of the right things, and leave nothing global behind."""

from __future__ import annotations

from datetime import date

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest

from models.bands import Cutoffs
from models.calibration import Calibration
from models.fills import Fills
from models.risk_model import RiskModel
from tests.training.made import CONTRACT, WINDOWS, make_part
from tests.training.plans import small_plan
from training.evaluation import score_rows
from training.fit import binned, booster_parameters, grow
from training.labels import LABEL
from training.plots import plots, shapley_values
from training.tune import sample_of

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def model() -> RiskModel:
    part = make_part(WINDOWS.fit)
    parameters = booster_parameters(small_plan(), CONTRACT, 1)
    sample = sample_of(part.where(part.rows[LABEL].is_not_null().to_numpy()))
    booster = grow(binned(sample, CONTRACT, parameters), parameters, 15)
    cutoffs = Cutoffs(1.0, 0.0, date(2018, 1, 1), date(2018, 2, 1))
    text = booster.model_to_string()
    return RiskModel(text, CONTRACT, Calibration(1.0, 0.0), cutoffs, Fills.fit(sample.matrix, CONTRACT, text))


def scored(model: RiskModel) -> pl.DataFrame:
    return score_rows(
        [make_part(WINDOWS.test)], model.score, model.probability, lambda matrix: matrix[:, 1].astype(float)
    )


@pytest.mark.slow
def test_every_plot_is_a_picture_and_the_same_each_time(model: RiskModel) -> None:
    sample = make_part(WINDOWS.test).matrix
    settings = dict(mpl.rcParams)
    made = plots(model, scored(model), sample, 0.1)
    assert sorted(made) == ["calibration.png", "gain_at_k.png", "importance.png", "shap_summary.png"]
    assert all(content.startswith(PNG) and len(content) > 5_000 for content in made.values())
    assert plots(model, scored(model), sample, 0.1) == made
    assert dict(mpl.rcParams) == settings


@pytest.mark.slow
def test_plots_follow_what_they_show(model: RiskModel) -> None:
    sample = make_part(WINDOWS.test).matrix
    made = plots(model, scored(model), sample, 0.1)
    other = plots(model, scored(model).with_columns(~pl.col(LABEL)), sample[::-1], 0.1)
    assert other["calibration.png"] != made["calibration.png"]
    assert other["gain_at_k.png"] != made["gain_at_k.png"]


def test_shapley_values_are_the_models_own_contributions(model: RiskModel) -> None:
    sample = make_part(WINDOWS.test).matrix[:200]
    assert np.allclose(shapley_values(model, sample), model.contributions(sample)[:, :-1], atol=1e-9)


def test_a_window_where_nobody_was_assessed_is_drawn_all_the_same(model: RiskModel) -> None:
    nobody = scored(model).with_columns(pl.lit(None, dtype=pl.Boolean).alias(LABEL))
    made = plots(model, nobody, make_part(WINDOWS.test).matrix, 0.1)
    assert all(content.startswith(PNG) for content in made.values())
