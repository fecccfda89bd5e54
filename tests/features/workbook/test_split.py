"""Identified rows become households and children; what siblings say differently is named."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.ledger.contracts import empty_table
from features.workbook.split import join_rows, split_rows, table_rows
from tests.features.workbook.books import language

DEFINITION = language().definition
NOTHING = empty_table(DEFINITION, "households")


def _rows(*rows: dict[str, str | None]) -> pl.DataFrame:
    base = {
        "valid_from": "2016-08-01",
        "recorded_on": "2016-08-01",
        "household_id": "h1",
        "region_code": "520101001201",
    }
    return pl.DataFrame(
        [{"_row": number, "child_id": f"c{number}", **base, **row} for number, row in enumerate(rows, start=1)],
        infer_schema_length=None,
    )


def test_a_household_takes_the_first_word_of_its_children() -> None:
    split = split_rows(
        _rows({"dwelling": None, "distance_school_km": "3"}, {"dwelling": "poor", "distance_school_km": "3.0"}),
        DEFINITION,
        "s",
        NOTHING,
    )
    (home,) = split.tables["households"].rows.to_dicts()
    assert (home["dwelling"], home["distance_school_km"], home["source"]) == ("poor", "3.0", "s")
    assert split.faults.is_empty()
    assert split.tables["children"].rows["child_id"].to_list() == ["c1", "c2"]
    assert split.tables["children"].places.to_list() == [1, 2]
    assert set(split.tables["children"].rows.columns) >= set(DEFINITION.tables["children"].columns)


def test_what_siblings_say_differently_is_named() -> None:
    split = split_rows(_rows({"dwelling": "sound"}, {"dwelling": "poor"}, {"dwelling": None}), DEFINITION, "s", NOTHING)
    (fault,) = split.faults.to_dicts()
    assert (fault["_row"], fault["field"], fault["rule"], fault["level"], fault["other_row"]) == (
        2, "dwelling", "household_differs", "warning", 1,
    )  # fmt: skip


def test_households_apart_and_days_apart_are_rows_apart() -> None:
    split = split_rows(
        _rows({}, {"household_id": "h2"}, {"valid_from": "2016-09-01", "recorded_on": "2016-09-01"}),
        DEFINITION,
        "s",
        NOTHING,
    )
    assert split.tables["households"].rows.height == 3


def test_the_ledgers_own_row_of_the_day_stands() -> None:
    """A corrected sibling that comes later must not contradict what is stored for the same day."""
    sent = _rows({"dwelling": "poor", "aid_received": "dibao;medical"})
    household = split_rows(sent, DEFINITION, "s", NOTHING).tables["households"].rows["household_id"][0]
    day = date(2016, 8, 1)
    row = {"household_id": household, "dwelling": "sound", "dibao": True, "aid_received": ";dibao;medical;"}
    stored = pl.DataFrame([{**row, "valid_from": day, "recorded_on": day}], schema=NOTHING.schema)
    split = split_rows(sent, DEFINITION, "s", stored)
    (home,) = split.tables["households"].rows.to_dicts()
    assert (home["dwelling"], home["dibao"], home["aid_received"]) == ("sound", "true", ";dibao;medical;")


def test_what_the_ledgers_row_of_the_day_does_not_say_is_named() -> None:
    """Also of a child alone in its household, and where the ledger knows nothing: it would be lost in silence."""
    day = date(2016, 8, 1)
    row = {
        "household_id": "h1",
        "region_code": "520101001201",
        "dwelling": "sound",
        "valid_from": day,
        "recorded_on": day,
    }
    stored = pl.DataFrame([row], schema=NOTHING.schema)
    said = split_rows(_rows({"dwelling": "poor", "water": "tap", "dibao": None}), DEFINITION, "s", stored)
    assert said.faults.select("_row", "field", "rule", "level", "other_row").rows() == [
        (1, "dwelling", "household_known", "warning", None),
        (1, "water", "household_known", "warning", None),
    ]
    again = split_rows(_rows({"dwelling": "sound"}), DEFINITION, "s", stored)
    assert again.faults.is_empty()


def test_unreadable_words_are_kept_for_the_checks() -> None:
    split = split_rows(_rows({"dwelling": "洞"}), DEFINITION, "s", NOTHING)
    assert split.tables["households"].rows["dwelling"].to_list() == ["洞"]


def test_tables_of_several_workbooks_are_joined_in_order() -> None:
    rows = pl.DataFrame({"_row": [7], "visit_id": ["v1"], "source": pl.Series([None], dtype=pl.String)})
    one = table_rows(rows, "visits", DEFINITION, "s")
    two = table_rows(rows.with_columns(pl.lit("own").alias("source")), "visits", DEFINITION, "s")
    joined = join_rows([one, two, table_rows(rows.drop("source"), "visits", DEFINITION, "s")])
    assert joined.rows["source"].to_list() == ["s", "own", "s"]
    assert joined.places.to_list() == [7, 7, 7]
