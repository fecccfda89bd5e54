"""What can be said of a row by itself."""

from __future__ import annotations

from datetime import date

import pytest

from features.definition import load_definition
from features.ledger.faults import LINE, run_checks
from features.ledger.row_checks import row_checks
from tests.builders import make_tables, retraction

DEFINITION = load_definition()


def rules(table: str, **row: object) -> set[tuple[str, str]]:
    frame = make_tables(**{table: [row]})[table].with_row_index(LINE, offset=2)
    faults = run_checks(frame, "a.csv", row_checks(DEFINITION.tables[table], DEFINITION))
    return set(faults.select("column", "rule").rows())


def test_plain_rows_satisfy_every_check() -> None:
    for name in DEFINITION.tables:
        assert rules(name) == set()


@pytest.mark.parametrize(
    ("table", "row", "fault"),
    [
        ("households", {"distance_school_km": -0.5}, ("distance_school_km", "range")),
        ("households", {"distance_school_km": 201.0}, ("distance_school_km", "range")),
        ("households", {"region_code": "52010100100x"}, ("region_code", "pattern")),
        ("children", {"birth_date": None}, ("birth_date", "required")),
        ("children", {"parents_away_since": date(2016, 1, 2)}, ("parents_away_since", "order")),
        ("children", {"recorded_on": None}, ("recorded_on", "required")),
        ("children", {"recorded_on": date(2101, 1, 1)}, ("recorded_on", "range")),
        ("children", {"definition_version": "0"}, ("definition_version", "version")),
        ("findings", {"closes": date(2016, 5, 31)}, ("closes", "order")),
    ],
)
def test_each_check_finds_its_fault(table: str, row: dict[str, object], fault: tuple[str, str]) -> None:
    assert fault in rules(table, **row)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("households", {"distance_school_km": 0.0}),
        ("households", {"distance_school_km": 200.0}),
        ("children", {"valid_from": date(2016, 1, 1), "recorded_on": date(2016, 1, 1)}),
        ("findings", {"closes": date(2016, 6, 1)}),
        ("findings", {"due_on": date(2030, 1, 1)}),
    ],
)
def test_the_edges_are_allowed(table: str, row: dict[str, object]) -> None:
    assert rules(table, **row) == set()


def test_a_row_that_takes_back_needs_only_its_keys_and_dates() -> None:
    empty = {"birth_date": None, "file_status": None, "household_id": None}
    assert rules("children", **retraction("children", "children-0", date(2016, 5, 1), **empty)) == set()
    without_key = retraction("children", "children-0", date(2016, 5, 1), child_id=None)
    assert ("child_id", "required") in rules("children", **without_key)
