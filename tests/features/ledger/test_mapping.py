"""A sender's own wide file becomes ledger tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.check import check_folder
from features.ledger.mapping import SourceMapping, load_mapping, map_source

DEFINITION = load_definition()
DAY = date(2016, 2, 1)
HEAD = """
[source]
county = { format = "5201{town:02}" }
order = ["day"]
same = { per = "home", columns = ["town"] }
[values]
home = { format = "h{home}" }
day = { column = "day" }
"""
HOUSEHOLDS = """
[[tables.households]]
unique = ["household_id"]
[tables.households.columns]
household_id = "home"
region_code = { format = "5201{town:02}001001" }
valid_from = "day"
recorded_on = "day"
"""
VISITS = """
[[tables.visits]]
where = { done = 1 }
[tables.visits.columns]
visit_id = { format = "v{no}" }
household_id = "home"
visited_on = "day"
valid_from = "day"
recorded_on = "day"
purpose = { column = "why", values = { R = "routine" } }
met = { column = "done" }
"""
WIDE = pl.DataFrame(
    {
        "no": [2, 1, 3],
        "home": [10, 10, 20],
        "town": [None, 1, 2],
        "day": [date(2016, 3, 1), date(2016, 2, 1), date(2016, 2, 1)],
        "why": ["R", "R", "R"],
        "done": [1, 0, 1],
    }
)


def mapping(tmp_path: Path, text: str) -> SourceMapping:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, DEFINITION)


def source(tmp_path: Path, frame: pl.DataFrame = WIDE) -> Path:
    frame.write_parquet(tmp_path / "wide.parquet")
    return tmp_path / "wide.parquet"


def test_one_wide_file_becomes_tables_by_county_without_a_fault(tmp_path: Path) -> None:
    rows = map_source(source(tmp_path), mapping(tmp_path, HEAD + HOUSEHOLDS + VISITS), tmp_path / "out")
    assert rows == {"households": 2, "visits": 2}
    first = pl.read_parquet(tmp_path / "out" / "520101" / "households.parquet").to_dicts()
    assert first == [
        {"household_id": "h10", "region_code": "520101001001", "valid_from": DAY, "recorded_on": DAY}
    ]  # fmt: skip
    assert pl.read_parquet(tmp_path / "out" / "520102" / "visits.parquet")["visit_id"].to_list() == ["v3"]
    assert check_folder(tmp_path / "out", DEFINITION).good


def test_csv_is_mapped_like_parquet(tmp_path: Path) -> None:
    WIDE.with_columns(pl.col("done").cast(pl.String)).write_csv(tmp_path / "wide.csv")
    text = HEAD + HOUSEHOLDS + VISITS.replace("done = 1", 'done = "1"')
    assert map_source(tmp_path / "wide.csv", mapping(tmp_path, text), tmp_path / "out")["visits"] == 2
    assert check_folder(tmp_path / "out", DEFINITION).good


def test_several_blocks_make_one_table(tmp_path: Path) -> None:
    later = HOUSEHOLDS.replace('unique = ["household_id"]', 'unique = ["household_id", "valid_from"]')
    rows = map_source(source(tmp_path), mapping(tmp_path, HEAD + HOUSEHOLDS + later), tmp_path / "out")
    assert rows == {"households": 5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "not valid TOML"),
        ("[source]\n", "wanted \\[source\\] with 'county'"),
        (HEAD + "[[tables.pets]]\n", "no table 'pets'"),
        (HEAD + '[[tables.visits]]\ncolumns.name = "home"\n', "no column name"),
        (HEAD + '[[tables.visits]]\nunique = ["name"]\n', "no column name"),
        (HEAD + '[[tables.visits]]\ncolumns.visit_id = "number"\n', "no value 'number' under"),
        (HEAD + "[[tables.visits]]\ncolumns.visit_id = { column = 'no', x = 1 }\n", "unknown key x"),
    ],
)
def test_a_mapping_that_is_wrongly_written(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        mapping(tmp_path, text)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        load_mapping(tmp_path / "none.toml", DEFINITION)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (WIDE.drop("why", "done"), "no column done, why"),
        (WIDE.with_columns(why=pl.lit("Q")), "no word for 'Q'"),
    ],
)
def test_a_source_that_does_not_fit(frame: pl.DataFrame, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        map_source(source(tmp_path, frame), mapping(tmp_path, HEAD + HOUSEHOLDS + VISITS), tmp_path / "out")


def test_a_county_code_that_is_none(tmp_path: Path) -> None:
    text = HEAD.replace("5201{town:02}", "52{town:02}") + HOUSEHOLDS
    with pytest.raises(UserError, match="gives '520"):
        map_source(source(tmp_path), mapping(tmp_path, text), tmp_path / "out")


def test_nothing_is_written_over_and_damage_is_named(tmp_path: Path) -> None:
    good = mapping(tmp_path, HEAD + HOUSEHOLDS)
    with pytest.raises(UserError, match="not empty"):
        map_source(source(tmp_path), good, tmp_path)
    (tmp_path / "half.parquet").write_bytes(source(tmp_path).read_bytes()[:50])
    with pytest.raises(UserError, match=r"half\.parquet: not a readable"):
        map_source(tmp_path / "half.parquet", good, tmp_path / "out")


def test_a_mapping_without_order_or_sameness(tmp_path: Path) -> None:
    head = '[source]\ncounty = { constant = "520101" }\n'
    head += '[values]\nhome = { format = "h{home}" }\nday = { column = "day" }\n'
    rows = map_source(source(tmp_path), mapping(tmp_path, head + VISITS), tmp_path / "out")
    assert rows == {"visits": 2}
