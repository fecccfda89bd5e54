"""Which files of a source are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.discover import find_files, is_county
from tests.features.ledger.senders import COUNTY, HOUSEHOLDS, send

DEFINITION = load_definition()


def test_county_folders_are_read_in_order_and_other_folders_left_alone(tmp_path: Path) -> None:
    send(tmp_path, "520102")
    send(tmp_path, "520101")
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "520101.parquet").write_bytes(b"x")
    (tmp_path / "simulation.json").write_text("{}")
    (tmp_path / "520101" / "readme.txt").write_text("x")
    files = find_files(tmp_path, DEFINITION)
    assert [file.county for file in files] == ["520101"] * 5 + ["520102"] * 5
    assert [file.table for file in files[:5]] == ["households", "children", "visits", "assessments", "findings"]
    assert files[0].name == "520101/households.csv"


def test_one_county_of_many_may_be_chosen(tmp_path: Path) -> None:
    send(tmp_path, "520102")
    send(tmp_path, "520101")
    assert {file.county for file in find_files(tmp_path, DEFINITION, county="520102")} == {"520102"}


def test_a_flat_folder_is_one_county(tmp_path: Path) -> None:
    (tmp_path / "households.csv").write_text(HOUSEHOLDS)
    (file,) = find_files(tmp_path, DEFINITION, county=COUNTY)
    assert (file.county, file.table, file.name) == (COUNTY, "households", "households.csv")


def test_a_single_file_is_a_table_by_its_name_or_as_told(tmp_path: Path) -> None:
    path = tmp_path / "families.CSV"
    path.write_text(HOUSEHOLDS)
    (file,) = find_files(path, DEFINITION, county=COUNTY, table="households")
    assert file.table == "households"
    with pytest.raises(UserError, match="no table 'families'"):
        find_files(path, DEFINITION, county=COUNTY)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        find_files(tmp_path / "nowhere", DEFINITION)
    with pytest.raises(UserError, match="no ledger tables"):
        find_files(tmp_path, DEFINITION)
    with pytest.raises(UserError, match="county '52'"):
        find_files(tmp_path, DEFINITION, county="52")
    note = tmp_path / "note.txt"
    note.write_text("x")
    with pytest.raises(UserError, match="neither CSV nor Parquet"):
        find_files(note, DEFINITION, county=COUNTY)
    with pytest.raises(UserError, match="which county"):
        find_files(note, DEFINITION)


def test_a_table_the_definition_does_not_have_is_not_passed_over(tmp_path: Path) -> None:
    send(tmp_path, pets="x\n")
    with pytest.raises(UserError, match="no table 'pets'"):
        find_files(tmp_path, DEFINITION)


def test_one_table_in_two_files_is_refused(tmp_path: Path) -> None:
    send(tmp_path)
    (tmp_path / COUNTY / "households.parquet").write_bytes(b"x")
    with pytest.raises(UserError, match="'households' is also in"):
        find_files(tmp_path, DEFINITION)


def test_a_county_code_has_six_digits() -> None:
    assert is_county("520101")
    assert not is_county("5201012")
    assert not is_county("52010a")
