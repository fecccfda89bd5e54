"""Simple rankers, from facts as known on the day."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from tests.builders import make_tables
from training.baselines import (
    fit_logistic,
    last_finding_first,
    level_first,
    overdue_first,
    points_first,
    simple_facts,
)

AS_OF = date(2016, 7, 1)


def facts(**rows: list[dict[str, object]]) -> pl.DataFrame:
    children = [{}, {"child_id": "c2", "household_id": "h2"}]
    tables = make_tables(children=children, **rows)
    return simple_facts(tables["children"].select("child_id", "household_id"), tables, AS_OF)


def test_days_since_the_last_completed_visit_of_the_household() -> None:
    visits = [
        {"visited_on": date(2016, 5, 1)},
        {"visit_id": "v2", "visited_on": date(2016, 6, 1)},
        {"visit_id": "v3", "visited_on": date(2016, 6, 20), "met": False},
        {"visit_id": "v4", "visited_on": date(2016, 6, 25), "recorded_on": date(2016, 7, 2)},
    ]
    assert facts(visits=visits)["days_since_visit"].to_list() == [30, None]


def test_the_most_recent_finding_is_the_childs_or_its_households() -> None:
    found = facts(
        findings=[
            {"opens": date(2016, 6, 1), "severity": 3},
            {"finding_id": "f2", "child_id": None, "opens": date(2016, 6, 11), "severity": 1},
            {"finding_id": "f3", "opens": date(2016, 6, 11), "severity": 2},
            {"finding_id": "f4", "opens": date(2016, 6, 12), "severity": 3, "recorded_on": date(2016, 7, 2)},
        ]
    )
    assert found.select("last_severity", "days_since_finding").rows() == [(2, 20), (None, None)]


def test_overdue_first_puts_the_never_visited_before_all_others() -> None:
    rows = pl.DataFrame({"days_since_visit": [10, None, 300]})
    assert np.argsort(-overdue_first(rows)).tolist() == [1, 2, 0]


def test_last_finding_first_goes_by_severity_then_by_recency() -> None:
    rows = pl.DataFrame({"last_severity": [1, 2, None, 2], "days_since_finding": [1, 900, None, 30]})
    assert np.argsort(-last_finding_first(rows)).tolist() == [3, 1, 0, 2]


def test_the_most_urgent_level_and_the_most_points_go_first_and_the_unknown_last() -> None:
    rows = pl.DataFrame({"level_urgency": [0, None, 3], "points": [None, 10.0, 61.0]})
    assert np.argsort(-level_first(rows)).tolist() == [2, 0, 1]
    assert np.argsort(-points_first(rows)).tolist() == [2, 1, 0]


def test_logistic_regression_learns_with_missing_values_and_empty_columns() -> None:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(400, 3)).astype(np.float32)
    labels = (matrix[:, 0] + random.normal(size=400) > 0).astype(np.float64)
    matrix[::7, 0] = np.nan
    matrix[:, 2] = np.nan
    fitted = fit_logistic(matrix, labels, np.ones(400), seed=1)
    assert roc_auc_score(labels, fitted.decision_function(matrix)) > 0.75


def test_logistic_regression_scales_by_the_rows_it_was_fitted_on_and_weighs_them() -> None:
    matrix = np.array([[0.0], [1.0], [2.0], [3.0]], dtype=np.float32)
    labels = np.array([0.0, 1.0, 0.0, 1.0])
    fitted = fit_logistic(matrix, labels, np.array([1.0, 9.0, 1.0, 1.0]), seed=1)
    assert fitted.named_steps["standardscaler"].mean_[0] == np.float32(1.5)
    plain = fit_logistic(matrix, labels, np.ones(4), seed=1)
    assert fitted.decision_function(matrix[1:2])[0] > plain.decision_function(matrix[1:2])[0]
