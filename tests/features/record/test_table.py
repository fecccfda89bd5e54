"""A record has the values of its frame, bit for bit: for every ledger, child and day."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given

from features.area import area_table
from features.record.rows import plain_rows
from features.record.table import RecordTable, record_table
from features.table import FeatureTable, build_feature_table
from tests.builders import COUNTY, VILLAGE, Tables, default_definition, make_tables
from tests.generative.ledgers import AS_OF, generative, ledgers

EPOCH = np.datetime64("1970-01-01")


def area_of(tables: Tables) -> pl.DataFrame:
    made: pl.DataFrame = area_table(tables, default_definition(), AS_OF, county=COUNTY)
    return made


def framed(tables: Tables, area: pl.DataFrame) -> FeatureTable:
    return build_feature_table(tables, default_definition(), AS_OF, county=COUNTY, area=area)


def recorded(tables: Tables, area: pl.DataFrame) -> RecordTable:
    rows = plain_rows({name: frame.to_dicts() for name, frame in tables.items()}, default_definition())
    totals = {row["region_code"]: row for row in area.to_dicts()}
    return record_table(rows, default_definition(), AS_OF, county=COUNTY, area=totals)


def day_numbers(dates: pl.Series) -> list[int | None]:
    return [None if day is None else int((np.datetime64(day) - EPOCH).astype(int)) for day in dates]


@given(ledgers())
@generative
def test_a_record_has_the_values_of_its_frame(tables: Tables) -> None:
    area = area_of(tables)
    frame, record = framed(tables, area), recorded(tables, area)
    assert list(record.children) == frame.frame["child_id"].to_list()
    assert record.matrix.tobytes() == frame.matrix().tobytes()
    for table, days in record.dates.items():
        assert list(days) == day_numbers(frame.dates[f"date_{table}"]), table


def test_totals_of_another_place_leave_the_area_unknown() -> None:
    tables = make_tables(children=[{}])
    elsewhere = area_of(make_tables(households=[{"region_code": "520001001002"}], children=[{}]))
    record = recorded(tables, elsewhere)
    names = framed(tables, elsewhere).contract.names
    assert np.isnan(record.matrix[0, names.index("village_children")])


def test_no_row_of_the_cohort_gives_an_empty_table() -> None:
    tables = make_tables(children=[{"file_status": "moved"}])
    record = recorded(tables, area_of(tables))
    assert record.children == ()
    assert record.matrix.shape == (0, len(framed(tables, area_of(tables)).contract.names))
    assert record.known.state["c1"]["region_code"] == VILLAGE
