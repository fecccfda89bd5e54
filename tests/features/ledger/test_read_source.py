"""Files become typed rows, or are refused as a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.contracts import table_schema
from features.ledger.faults import LINE
from features.ledger.read_source import Sheet, SourceFile, read_sheet
from tests.features.ledger.senders import COUNTY, HOUSEHOLDS, VILLAGE, found

DEFINITION = load_definition()


def read(path: Path, table: str = "households") -> Sheet:
    return read_sheet(SourceFile(COUNTY, table, path, path.name), DEFINITION)


def read_text(tmp_path: Path, text: str, table: str = "households") -> Sheet:
    path = tmp_path / f"{table}.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, table)


def test_a_csv_becomes_typed_rows_with_their_lines(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, HOUSEHOLDS)
    assert not sheet.refused
    assert sheet.faults.is_empty()
    assert dict(sheet.rows.drop(LINE).schema) == {
        name: sheet.rows.schema[name] for name in table_schema(DEFINITION, "households")
    }
    first = sheet.rows.row(0, named=True)
    assert (first[LINE], first["dibao"], first["aid_received"]) == (2, True, ";dibao;medical;")
    assert first["valid_from"] == date(2016, 7, 1)
    assert first["distance_school_km"] is None


def test_source_and_version_are_filled_in(tmp_path: Path) -> None:
    first = read_text(tmp_path, HOUSEHOLDS).rows.row(0, named=True)
    assert (first["source"], first["definition_version"]) == ("households.csv", DEFINITION.version)


def test_headers_may_be_labels_in_either_language(tmp_path: Path) -> None:
    text = f"家庭编号,region code,生效日期,登记日期,住房\nh1,{VILLAGE},2016-07-01,2016-07-05,危房\n"
    sheet = read_text(tmp_path, text)
    assert sheet.faults.is_empty()
    assert sheet.rows["dwelling"].to_list() == ["dangerous"]
    assert sheet.headers["dwelling"] == "住房"


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "households.parquet"
    pl.DataFrame(
        {"household_id": ["h1"], "region_code": [VILLAGE], "valid_from": [date(2016, 7, 1)],
         "recorded_on": ["2016-07-05"], "aid_received": [["dibao"]], "dibao": [1]}
    ).write_parquet(path)  # fmt: skip
    sheet = read(path)
    assert sheet.faults.is_empty()
    row = sheet.rows.row(0, named=True)
    assert (row[LINE], row["recorded_on"], row["aid_received"], row["dibao"]) == (1, date(2016, 7, 5), ";dibao;", True)


def test_values_that_cannot_be_read_are_faults_by_row_and_column(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, HOUSEHOLDS + f"r3,h3,{VILLAGE},2016-13-01,2016-07-05,hut,perhaps,food\n")
    assert found(sheet.faults) == {
        ("households", 4, "valid_from", "type"),
        ("households", 4, "dwelling", "code"),
        ("households", 4, "dibao", "type"),
        ("households", 4, "aid_received", "code"),
    }
    wanted = dict(sheet.faults.select("column", "wanted").rows())
    assert wanted["dwelling"] == "one of sound, poor, dangerous"
    assert "separated by ';'" in wanted["aid_received"]


@pytest.mark.parametrize("person", ["王小明", "Zhang San", "ZhangSan", "和平乡12号", "12 Heping Road", "138-1234-5678"])
def test_columns_that_are_shifted_show_nobody(person: str, tmp_path: Path) -> None:
    """A name in every column that has a type or a list of codes."""
    header = "row_id,household_id,region_code,valid_from,recorded_on,dwelling,dibao,aid_received,distance_school_km"
    row = f"r1,h1,{VILLAGE},{person},{person},{person},{person},{person},{person}"
    faults = read_text(tmp_path, f"{header}\n{row}\n").faults
    assert set(faults["column"]) == set(header.split(",")[3:])
    assert set(faults["value"]) == {f"(not shown: {len(person)} characters)"}
    assert person not in str(faults.to_dicts())


def test_an_unknown_column_refuses_the_file_and_its_values_are_nowhere(tmp_path: Path) -> None:
    text = f"household_id,region_code,valid_from,recorded_on,name\nh1,{VILLAGE},2016-07-01,2016-07-05,王小明\n"
    sheet = read_text(tmp_path, text)
    assert sheet.refused
    assert sheet.rows.is_empty()
    assert sheet.seen.is_empty()
    assert found(sheet.faults) == {("households", None, "name", "unknown column")}
    assert "王小明" not in str(sheet.faults.to_dicts())


def test_columns_that_begin_with_an_underscore_are_not_read(tmp_path: Path) -> None:
    text = f"household_id,region_code,valid_from,recorded_on,_name\nh1,{VILLAGE},2016-07-01,2016-07-05,王小明\n"
    sheet = read_text(tmp_path, text)
    assert not sheet.refused
    assert "王小明" not in str(sheet.seen.to_dicts()) + str(sheet.rows.to_dicts())


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("household_id,valid_from,recorded_on", ("households", None, "region_code", "missing column")),
        ("household_id,region_code,区划代码,valid_from", ("households", None, "区划代码", "unknown column")),
        ("household_id,household_id,valid_from", ("households", None, "household_id", "column twice")),
        ("household_id,region_code,,valid_from,recorded_on", ("households", None, "(number 3)", "unknown column")),
        ("h1,520101001001,2016-07-01", ("households", None, "", "no header")),
        ("", ("households", None, "", "unreadable")),
    ],
)  # fmt: skip
def test_a_wrong_header_refuses_the_file(header: str, fault: tuple[str, int | None, str, str], tmp_path: Path) -> None:
    sheet = read_text(tmp_path, header + "\n")
    assert sheet.refused
    assert fault in found(sheet.faults)


def test_a_file_without_header_does_not_show_its_first_row(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "王小明,520101200903041234\n")
    assert "王小明" not in str(sheet.faults.to_dicts())


def test_half_a_parquet_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "households.parquet"
    pl.DataFrame({"household_id": ["h1"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-40])
    sheet = read(path)
    assert sheet.refused
    assert sheet.faults["file"].to_list() == ["households.parquet"]
    assert "Parquet" in sheet.faults["wanted"][0]
