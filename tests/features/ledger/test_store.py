"""Reading a ledger store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.contracts import table_schema
from features.ledger.importer import import_folder
from features.ledger.manifest import Manifest
from features.ledger.store import LedgerStore, verify
from tests.builders import COUNTY, make_tables, write_source

DEFINITION = load_definition()
OTHER = "520002"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger of two counties; h1 moved from the first to the second on 1 May."""
    moved = {"region_code": f"{OTHER}001001", "valid_from": date(2016, 5, 1)}
    first = make_tables(
        households=[{"household_id": "h1"}, {"household_id": "h2"}, {"household_id": "h1", **moved}],
        children=[{}, {"child_id": "c2", "household_id": "h2"}],
        visits=[{}],
    )
    history = {"valid_from": date(2016, 1, 1), "recorded_on": date(2016, 5, 1)}
    second = make_tables(
        households=[{"household_id": "h1", **moved}, {"household_id": "h1", **history}], children=[history]
    )
    write_source(first, tmp_path / "source")
    write_source(second, tmp_path / "source", OTHER)
    report = import_folder(tmp_path / "source", tmp_path / "ledger", DEFINITION)
    assert report.faults.is_empty()
    return tmp_path / "ledger"


def test_every_table_is_there_typed_even_if_empty(folder: Path) -> None:
    county = LedgerStore.open(folder).read(COUNTY)
    assert list(county.tables) == list(DEFINITION.tables)
    for name, frame in county.tables.items():
        assert dict(frame.schema) == table_schema(DEFINITION, name)
    assert county.tables["children"].height == 2
    assert county.tables["findings"].is_empty()


def test_only_the_tables_asked_for_are_read(folder: Path) -> None:
    assert list(LedgerStore.open(folder).read(COUNTY, ["visits"]).tables) == ["visits"]


def test_counties_of_a_region(folder: Path) -> None:
    store = LedgerStore.open(folder)
    assert store.counties() == (COUNTY, OTHER)
    assert store.counties("5200") == (COUNTY, OTHER)
    assert store.counties(OTHER) == (OTHER,)
    assert store.counties(f"{OTHER}001001") == (OTHER,)
    assert store.counties("53") == ()


def test_what_the_store_says_of_itself(folder: Path) -> None:
    store = LedgerStore.open(folder)
    assert (store.definition_name, store.definition_version) == (DEFINITION.name, DEFINITION.version)
    assert store.definition_hash == DEFINITION.ledger_hash
    assert not store.simulated
    assert store.rows(COUNTY) == {"households": 3, "children": 2, "visits": 1}


def test_a_child_is_found_where_it_lives_now(folder: Path) -> None:
    store = LedgerStore.open(folder)
    assert store.find_child("c1") == OTHER
    assert store.find_child("c2") == COUNTY
    assert store.find_child("c9") is None


def test_scanning_gives_the_same_rows_as_reading(folder: Path) -> None:
    store = LedgerStore.open(folder)
    assert_frame_equal(store.scan(COUNTY, "children").collect(), store.read(COUNTY).tables["children"])
    assert store.scan(COUNTY, "findings").collect().is_empty()


def test_rows_lie_in_an_order_of_their_own(folder: Path) -> None:
    households = LedgerStore.open(folder).read(COUNTY).tables["households"]
    assert households.equals(households.sort("household_id", "valid_from", "recorded_on", "row_id"))


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no ledger there") as raised:
        LedgerStore.open(tmp_path)
    assert "mopai ledger import" in raised.value.hint


def test_a_manifest_that_is_none(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1')
    with pytest.raises(UserError, match="not the manifest of a ledger"):
        LedgerStore.open(folder)


def test_names_that_are_not_there(folder: Path) -> None:
    store = LedgerStore.open(folder)
    with pytest.raises(UserError, match="no county '999999'"):
        store.read("999999")
    with pytest.raises(UserError, match="no table 'pets'"):
        store.read(COUNTY, ["pets"])


def test_a_missing_or_damaged_file_is_named(folder: Path) -> None:
    store = LedgerStore.open(folder)
    path = folder / store.manifest.counties[COUNTY]["children"].file
    whole = path.read_bytes()
    verify(store)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="children of county 520001 missing or damaged"):
        store.find_child("c1")
    with pytest.raises(UserError, match=r"children\.parquet: damaged"):
        store.read(COUNTY)
    with pytest.raises(UserError, match=r"children\.parquet: missing or damaged"):
        verify(store)
    path.unlink()
    with pytest.raises(UserError, match=r"children\.parquet: missing"):
        store.read(COUNTY)


def test_one_changed_byte_is_noticed(folder: Path) -> None:
    store = LedgerStore.open(folder)
    path = folder / store.manifest.counties[COUNTY]["visits"].file
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"visits\.parquet: damaged"):
        store.read(COUNTY)


def test_a_folder_in_place_of_a_file_is_named(folder: Path) -> None:
    store = LedgerStore.open(folder)
    path = folder / store.manifest.counties[COUNTY]["visits"].file
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match=r"visits\.parquet: Is a directory"):
        store.read(COUNTY)


def test_columns_the_manifest_does_not_speak_of_are_refused(folder: Path) -> None:
    store = LedgerStore.open(folder)
    columns = {name: dict(reversed(list(kinds.items()))) for name, kinds in store.manifest.columns.items()}
    other = replace(store, manifest=replace(store.manifest, columns=columns))
    with pytest.raises(UserError, match="not the columns the manifest speaks of"):
        other.read(COUNTY)


def test_another_definition_is_refused(folder: Path) -> None:
    store = LedgerStore.open(folder)
    store.require(DEFINITION)
    for other in (
        replace(DEFINITION, name="other"),
        replace(DEFINITION, version="2099.1"),
        replace(DEFINITION, ledger_hash="0"),
    ):
        with pytest.raises(UserError, match="holds rows of the definition"):
            store.require(other)


def test_what_people_decided_is_read_from_a_ledger_without_any(folder: Path) -> None:
    store = LedgerStore.open(folder)
    assert "decisions" not in store.manifest.to_json()
    held = store.read_decisions(COUNTY, DEFINITION)
    assert held.keys() == DEFINITION.decisions.keys()
    assert all(rows.is_empty() and rows.schema == table_schema(DEFINITION, name) for name, rows in held.items())
    with pytest.raises(UserError, match="no table 'ratings'"):
        store.read(COUNTY, ["ratings"])


def test_decisions_of_other_columns_are_refused(folder: Path) -> None:
    store = LedgerStore.open(folder)
    holding = replace(store, manifest=store.manifest.holding(DEFINITION, {"ratings", "visits"}))
    assert set(holding.manifest.decisions) == {"ratings"}
    assert Manifest.from_json(holding.manifest.to_json()) == holding.manifest
    holding.require(DEFINITION)
    short = replace(DEFINITION.decisions["ratings"], columns={})
    for decisions in ({}, {"ratings": short}):
        with pytest.raises(UserError, match="holds rows of the definition"):
            holding.require(replace(DEFINITION, decisions=decisions))
