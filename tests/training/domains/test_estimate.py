"""What a domain's model is worth, counted by hand on a few rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.domains import DomainModel, DomainModels
from tests.models import making
from tests.training.made import DOMAINS, make_dataset
from tests.training.plans import small_plan
from training.dataset import Dataset
from training.domains.estimate import domain_figures, domain_rows, estimate_domains
from training.domains.fit import learn_domains
from training.plan import ScreeningPlan
from training.tune import Tuned

MODELS = making.domain_models(making.numbered(4))
FIRST, SECOND = date(2018, 7, 1), date(2018, 8, 1)


def row(number: int, day: date, chance: float, *, need: bool | None, likely: bool) -> dict[str, Any]:
    """A child of its own household, looked at for living alone."""
    return {
        "child_id": f"c{number}", "household_id": f"h{number}", "county": "520001", "as_of": day,
        "visit_id": f"v{number}-{day}", "label_living": need, "label_medical": None, "label_rehabilitation": need,
        "chance_living": chance, "chance_medical": 0.1, "chance_rehabilitation": float("nan"),
        "likely_living": likely, "likely_medical": False, "likely_rehabilitation": False,
    }  # fmt: skip


ROWS = pl.DataFrame(
    [
        row(1, FIRST, 0.9, need=True, likely=True),
        row(2, FIRST, 0.8, need=False, likely=True),
        row(3, FIRST, 0.2, need=False, likely=False),
        row(4, FIRST, 0.1, need=False, likely=False),
        row(1, SECOND, 0.3, need=False, likely=False),
        row(2, SECOND, 0.2, need=True, likely=False),
        row(3, SECOND, 0.2, need=False, likely=False),
        row(4, SECOND, 0.7, need=None, likely=True),
    ],
    schema_overrides={"label_medical": pl.Boolean},
)


def plan_with(least: int) -> ScreeningPlan:
    plan = small_plan()
    return replace(plan, by_domain=replace(plan.by_domain, least_test_positives=least))


def test_figures_are_made_within_each_date_and_averaged() -> None:
    living, medical, rehabilitation = estimate_domains(ROWS, MODELS, plan_with(2))
    assert (living.labels, living.positives) == (7, 2)
    assert living.base_rate == pytest.approx((1 / 4 + 1 / 3) / 2)
    assert living.auc == pytest.approx((1.0 + 0.25) / 2)
    assert living.likely_share == pytest.approx((2 / 4 + 0) / 2)
    assert living.likely_rate == pytest.approx(1 / 2)
    assert living.slope is not None
    assert (medical.labels, medical.base_rate, medical.auc) == (0, None, None)
    assert (rehabilitation.fitted, rehabilitation.positives, rehabilitation.auc) == (False, 2, None)
    assert rehabilitation.base_rate == living.base_rate


def test_below_the_fewest_new_needs_nothing_is_said_of_a_model() -> None:
    living = estimate_domains(ROWS, MODELS, plan_with(3))[0]
    assert living.fitted
    assert not living.estimable
    assert (living.auc, living.likely_rate, living.slope) == (None, None, None)
    assert living.base_rate is not None


def test_a_domain_with_needs_alone_has_no_calibration_line() -> None:
    always = ROWS.filter(pl.col("label_living"))
    living = estimate_domains(always, MODELS, plan_with(1))[0]
    assert (living.auc, living.slope, living.intercept) == (None, None, None)
    assert not living.estimable


def test_figures_have_the_domain_in_their_name_and_every_domain_the_same() -> None:
    found = domain_figures(estimate_domains(ROWS, MODELS, plan_with(2)))
    assert found["living.auc"] == pytest.approx(0.625)
    assert (found["living.labels"], found["living.positives"]) == (7.0, 2.0)
    assert found["rehabilitation.auc"] is None
    assert found["rehabilitation.fit_positives"] == 3.0
    measures = {name.split(".")[1] for name in found}
    assert len(found) == len(measures) * len(MODELS.names)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return make_dataset(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def models(dataset: Dataset) -> DomainModels:
    tuned = Tuned({"learning_rate": 0.1, "num_leaves": 7}, 10, 0.7, ())
    return learn_domains(dataset, tuned, small_plan(), DOMAINS, threads=1)


def test_rows_are_those_of_the_test_window_that_some_domain_has_a_label_for(
    dataset: Dataset, models: DomainModels
) -> None:
    rows = domain_rows(dataset, models, small_plan(), threads=1)
    assert set(rows["as_of"]) == set(dataset.windows.test)
    assert rows["label_living"].null_count() == 0
    assert 0 < rows["label_medical"].null_count() < rows.height
    assert rows["chance_rehabilitation"].is_nan().all()
    assert not rows["likely_rehabilitation"].any()
    living = models.domains[0]
    assert isinstance(living, DomainModel)
    enough = rows["chance_living"].to_numpy() >= models.likely_rule.times_base_rate * living.base_rate
    assert np.array_equal(rows["likely_living"].to_numpy(), enough)


def test_a_real_signal_is_found_and_called_likely_where_it_is(dataset: Dataset, models: DomainModels) -> None:
    rows = domain_rows(dataset, models, small_plan(), threads=1)
    living = estimate_domains(rows, models, small_plan())[0]
    assert (living.auc or 0) > 0.7
    assert living.slope == pytest.approx(1, abs=0.35)
