"""What was known on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from features.known import day_literal, day_number, known_rows, latest_rows
from tests.builders import as_pandas, make_tables, retraction

AS_OF = date(2016, 7, 1)
EARLY, LATE = date(2016, 5, 1), date(2016, 9, 1)


def state(name: str, **columns: Any) -> dict[str, Any]:
    return {"guardian_type": name} | columns


def names(frame: Any) -> list[str]:
    rows = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return sorted(rows["guardian_type"].to_list())


def every_engine(children: list[dict[str, Any]]) -> list[Any]:
    tables = make_tables(children=children)
    frame = tables["children"]
    dates = {name: frame[name].to_list() for name in ("recorded_on", "valid_from")}
    objects = as_pandas(tables)["children"].assign(
        **{name: pd.Series(days, dtype=object) for name, days in dates.items()}
    )
    numbers = frame.with_columns(pl.col("valid_from", "recorded_on").cast(pl.Int32))
    return [frame, frame.lazy(), nw.from_native(frame), as_pandas(tables)["children"], objects, numbers]


def test_a_row_is_known_from_the_day_it_was_recorded_and_valid() -> None:
    rows = [
        state("both", valid_from=AS_OF, recorded_on=AS_OF),
        state("recorded later", valid_from=EARLY, recorded_on=date(2016, 7, 2)),
        state("valid later", valid_from=date(2016, 7, 2), recorded_on=EARLY),
    ]
    for frame in every_engine(rows):
        assert names(known_rows(frame, AS_OF)) == ["both"]


def test_a_retraction_takes_a_row_back_from_the_day_it_was_recorded() -> None:
    rows = [state("kept"), state("taken back"), retraction("children", "children-1", AS_OF)]
    for frame in every_engine(rows):
        assert names(known_rows(frame, AS_OF)) == ["kept"]
        assert names(known_rows(frame, date(2016, 6, 30))) == ["kept", "taken back"]


def test_a_retraction_takes_back_whenever_it_says_it_is_valid() -> None:
    rows = [state("taken back"), retraction("children", "children-0", EARLY, valid_from=LATE)]
    assert names(known_rows(make_tables(children=rows)["children"], AS_OF)) == []


def test_several_retractions_of_one_row_take_back_one_row() -> None:
    back = retraction("children", "children-0", EARLY)
    rows = [state("taken back"), state("kept"), back, back | {"row_id": "again"}]
    assert names(known_rows(make_tables(children=rows)["children"], AS_OF)) == ["kept"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"valid_from": LATE, "recorded_on": EARLY}, {"valid_from": EARLY, "recorded_on": LATE}),
        ({"valid_from": EARLY, "recorded_on": LATE}, {"valid_from": EARLY, "recorded_on": EARLY}),
        ({"row_id": "b"}, {"row_id": "a"}),
        ({"row_id": "9"}, {"row_id": "10"}),
    ],
)
def test_the_last_row_is_by_valid_day_then_recorded_day_then_number(first: Any, second: Any) -> None:
    """The first row is the one that counts, wherever it stands."""
    rows = [state("counts", **first), state("does not", **second)]
    for ordered in (rows, rows[::-1]):
        for frame in every_engine(ordered):
            assert names(latest_rows(frame, ["child_id"])) == ["counts"]


def test_the_last_row_of_every_key() -> None:
    rows = [
        {"visit_id": "v1", "child_id": "c1", "seen": False},
        {"visit_id": "v1", "child_id": "c2", "seen": True},
        {"visit_id": "v1", "child_id": "c1", "seen": True, "recorded_on": LATE},
    ]
    frame = make_tables(visits=[{}], assessments=rows)["assessments"]
    found = latest_rows(frame, ["visit_id", "child_id"]).to_native()
    assert sorted(found.select("child_id", "seen").rows()) == [("c1", True), ("c2", True)]


def test_a_row_that_came_twice_counts_once() -> None:
    rows = [state("twice", row_id="same"), state("twice", row_id="same")]
    for frame in every_engine(rows):
        assert names(latest_rows(frame, ["child_id"])) == ["twice"]


def test_no_rows_stay_no_rows() -> None:
    for frame in (make_tables()["children"], as_pandas(make_tables())["children"]):
        assert names(latest_rows(known_rows(frame, AS_OF), ["child_id"])) == []


def test_days_are_compared_as_the_engine_holds_them() -> None:
    assert day_number(date(1970, 1, 2)) == 1
    assert day_number(AS_OF) == 16983
    frame = pl.DataFrame({"day": [AS_OF], "number": [1]})
    assert day_literal(nw.from_native(frame), "day", AS_OF) == AS_OF
    assert day_literal(nw.from_native(frame), "number", AS_OF) == 16983
    pandas = pd.DataFrame({"day": pd.to_datetime(["2016-07-01"])})
    assert str(day_literal(nw.from_native(pandas), "day", AS_OF)) == "2016-07-01 00:00:00"
