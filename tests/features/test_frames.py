"""The border between engines and plain numbers."""

from __future__ import annotations

from datetime import date

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from features.cli.console import UserError
from features.frames import computed, days_to_dates, deferred, plain, settle, spoken, with_all
from tests.builders import as_pandas, default_definition, make_tables

DAY = date(2016, 7, 1)
NUMBER = 16983
TABLES = make_tables(findings=[{"opens": DAY, "child_id": None}, {"opens": DAY, "closes": DAY}])
FINDINGS = default_definition().tables["findings"]


def test_dates_are_day_numbers_inside() -> None:
    polars = computed(plain(TABLES["findings"], FINDINGS, ["opens", "closes"]))
    assert polars["closes"].to_list() == [None, NUMBER]
    pandas = plain(as_pandas(TABLES)["findings"], FINDINGS, ["opens", "closes"])
    assert pandas.to_native()["closes"].fillna(-1).tolist() == [-1, NUMBER]
    assert list(polars.columns) == ["row_id", "retracts", "opens", "closes", "valid_from", "recorded_on"]


def test_dates_read_from_a_file_by_pandas_are_objects_and_understood() -> None:
    frame = as_pandas(TABLES)["findings"].astype(object)
    frame["opens"] = [DAY, DAY]
    frame["closes"] = [None, DAY]
    found = plain(frame, FINDINGS, ["opens", "closes", "child_id", "visit_id"]).to_native()
    assert found["closes"].fillna(-1).tolist() == [-1, NUMBER]
    assert found["visit_id"].tolist() == ["v1", "v1"]
    assert str(found["visit_id"].dtype) == "str"


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(UserError, match="table findings: no column 'closes'"):
        plain(TABLES["findings"].drop("closes"), FINDINGS, ["opens", "closes"])


def test_day_numbers_become_dates_of_the_engine() -> None:
    polars = days_to_dates(pl.DataFrame({"day": [NUMBER, None]}), ["day"])
    assert polars["day"].to_list() == [DAY, None]
    pandas = days_to_dates(pd.DataFrame({"day": [NUMBER, None]}), ["day"])
    assert [None if pd.isna(day) else day.date() for day in pandas["day"]] == [DAY, None]


def test_polars_is_planned_lazily_and_pandas_left_alone() -> None:
    eager = nw.from_native(TABLES["findings"])
    assert isinstance(deferred(eager), nw.LazyFrame)
    assert isinstance(settle(eager.lazy()), nw.LazyFrame)
    assert settle(eager) is eager
    pandas = nw.from_native(as_pandas(TABLES)["findings"])
    assert deferred(pandas) is pandas
    assert computed(pandas) is pandas


def test_no_columns_may_be_added() -> None:
    for native, module in ((pl.DataFrame({"a": [1]}), pl), (pd.DataFrame({"a": [1]}), nw)):
        frame = nw.from_native(native)
        assert with_all(frame, lambda _: []) is frame
        assert list(with_all(frame, lambda words: [words.lit(2).alias("b")]).columns) == ["a", "b"]
        assert spoken(frame)[1] is module
