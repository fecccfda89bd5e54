"""The feature table as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from features.cli.console import UserError
from features.table import build_feature_table
from tests.builders import COUNTY, VILLAGE, as_pandas, default_definition, definition_with, make_tables

AS_OF = date(2016, 7, 1)
TABLES = make_tables(
    households=[{"household_id": "h1", "valid_from": date(2016, 2, 1)}, {"household_id": "h2"}],
    children=[
        {"child_id": "c2", "sex": "girl", "valid_from": date(2016, 3, 1)},
        {"child_id": "c1", "sex": "boy", "disability_grade": 2},
        {"child_id": "c3", "household_id": "h2", "file_status": "moved"},
        {"child_id": "c4", "household_id": "h2"},
    ],
    visits=[{"visited_on": date(2016, 6, 1)}, {"visit_id": "v2", "visited_on": date(2016, 6, 20), "met": False}],
    assessments=[{}],
    findings=[{"opens": date(2016, 6, 1)}, {"finding_id": "f2", "child_id": None, "opens": date(2016, 5, 1)}],
)


def table(tables: Any = TABLES, **options: Any) -> Any:
    return build_feature_table(tables, default_definition(), AS_OF, county=COUNTY, **options)


def test_one_row_per_child_of_the_cohort_in_order() -> None:
    found = table()
    assert found.frame.select("child_id", "household_id", "region_code").rows() == [
        ("c1", "h1", VILLAGE),
        ("c2", "h1", VILLAGE),
        ("c4", "h2", VILLAGE),
    ]
    assert (found.county, found.as_of) == (COUNTY, AS_OF)
    assert found.matrix().shape == (3, len(found.contract.names))


def test_the_day_of_the_newest_known_fact_of_each_table() -> None:
    found = table().dates
    assert found.to_dicts()[0] == {
        "child_id": "c1",
        "date_children": date(2016, 1, 1),
        "date_households": date(2016, 2, 1),
        "date_visits": date(2016, 6, 20),
        "date_assessments": date(2016, 6, 1),
        "date_findings": date(2016, 6, 1),
    }
    assert found["date_children"].to_list()[1] == date(2016, 3, 1)
    assert found["date_findings"].to_list() == [date(2016, 6, 1), date(2016, 5, 1), None]
    assert set(found.dtypes[1:]) == {pl.Date}


def test_the_audit_has_the_protected_columns_and_the_inputs_have_not() -> None:
    found = table()
    assert found.audit.columns == [
        "child_id", "region_code", "sex", "ethnicity", "health", "disability_kind", "disability_grade",
    ]  # fmt: skip
    assert found.audit["sex"].to_list() == ["boy", "girl", None]
    assert found.audit["disability_grade"].to_list() == [2, None, None]
    assert not set(found.audit.columns) & set(found.contract.names)


def test_pandas_gives_pandas() -> None:
    ours, theirs = table(), table(as_pandas(TABLES))
    assert isinstance(theirs.frame, pd.DataFrame)
    np.testing.assert_array_equal(ours.matrix(), theirs.matrix())
    assert set(theirs.frame.dtypes[3:].astype(str)) == {"float32"}
    assert theirs.dates["date_visits"].dt.date.tolist()[:2] == [date(2016, 6, 20)] * 2
    assert theirs.audit["sex"].tolist()[:2] == ["boy", "girl"]


def test_nobody_known_is_an_empty_table() -> None:
    for tables in (make_tables(), as_pandas(make_tables())):
        found = table(tables)
        assert len(found.frame) == len(found.dates) == len(found.audit) == 0
        assert found.matrix().shape == (0, len(found.contract.names))


def test_counts_are_zero_and_times_not_known_without_events() -> None:
    found = table(make_tables(children=[{}])).frame
    assert found["visits_365d"].item() == found["findings_730d"].item() == found["siblings"].item() == 0
    assert np.isnan(found["last_visit"].item())
    assert np.isnan(found["visits_met_share"].item())


def test_a_table_without_a_column_is_refused() -> None:
    lacking = {**TABLES, "children": TABLES["children"].drop("boarding")}
    with pytest.raises(UserError, match="table children: no column 'boarding'"):
        table(lacking)


def test_the_same_rows_give_the_same_bytes() -> None:
    assert table().matrix().tobytes() == table().matrix().tobytes()


def test_the_tables_given_are_not_changed() -> None:
    before = as_pandas(TABLES)
    given = {name: frame.copy() for name, frame in before.items()}
    table(given)
    for name, frame in given.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_features_may_be_few() -> None:
    definition = definition_with({"boards": {"operator": "latest", "table": "children", "column": "boarding"}})
    found = build_feature_table(TABLES, definition, AS_OF, county="")
    assert found.frame.columns == ["child_id", "household_id", "region_code", "boards"]
    assert found.dates.columns == ["child_id", "date_children", "date_households"]
