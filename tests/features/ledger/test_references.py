"""Rows that speak of other rows."""

from __future__ import annotations

from datetime import date

import polars as pl

from features.definition import load_definition
from features.ledger.faults import LINE, run_checks
from features.ledger.references import blank_county, mark_references, reading_order, reference_checks
from tests.builders import COUNTY, make_tables

DEFINITION = load_definition()
FAMILY = {
    "households": [{"household_id": "h1"}, {"household_id": "h2"}],
    "children": [{"child_id": "c1", "household_id": "h1"}, {"child_id": "c2", "household_id": "h2"}],
    "visits": [{"visit_id": "v1", "household_id": "h1"}],
}


def rules(table: str, rows: pl.DataFrame, rejected: dict[str, pl.DataFrame] | None = None) -> list[tuple[str, str]]:
    county = blank_county(COUNTY, make_tables(**FAMILY))
    county.rejected.update(rejected or {})
    marked = mark_references(rows.with_row_index(LINE, offset=2), rows, DEFINITION.tables[table], DEFINITION, county)
    faults = run_checks(marked, "a.csv", reference_checks(DEFINITION.tables[table]))
    return [(column, rule) for column, rule in faults.select("column", "rule").rows()]


def test_tables_are_read_after_those_they_name() -> None:
    order = reading_order(DEFINITION)
    assert sorted(order) == sorted(DEFINITION.stored_tables)
    for name, table in DEFINITION.tables.items():
        for column in table.columns.values():
            if column.references:
                assert order.index(column.references) < order.index(name)


def test_a_reference_that_leads_nowhere_and_one_that_leads_to_a_rejected_row() -> None:
    assert rules("children", make_tables(children=[{"household_id": "h9"}])["children"]) == [
        ("household_id", "reference")
    ]
    rejected = {"households": make_tables(households=[{"household_id": "h9"}])["households"]}
    rows = make_tables(children=[{"household_id": "h9"}])["children"]
    assert rules("children", rows, rejected) == [("household_id", "depends on a rejected row")]
    assert rules("children", make_tables(children=[{"household_id": "h1"}])["children"]) == []


def test_a_finding_about_the_household_names_no_child() -> None:
    assert rules("findings", make_tables(findings=[{"child_id": None}])["findings"]) == []


def test_the_child_must_have_belonged_to_the_household_visited() -> None:
    assert rules("assessments", make_tables(assessments=[{"child_id": "c1"}])["assessments"]) == []
    assert rules("assessments", make_tables(assessments=[{"child_id": "c2"}])["assessments"]) == [
        ("child_id", "other household")
    ]


def test_the_finding_must_be_of_the_household_visited() -> None:
    rows = make_tables(findings=[{"household_id": "h2", "child_id": None}])["findings"]
    assert rules("findings", rows) == [("household_id", "other household")]


def test_a_household_of_another_county_needs_a_time_here() -> None:
    away = {"region_code": "529999001001", "valid_from": date(2016, 3, 1)}
    stranger = make_tables(households=[{"household_id": "h5", **away}])["households"]
    assert rules("households", stranger) == [("region_code", "other county")]
    known = make_tables(households=[{"household_id": "h1", **away}])["households"]
    assert rules("households", known) == []
    arriving = make_tables(households=[{"household_id": "h5", **away}, {"household_id": "h5"}])["households"]
    assert rules("households", arriving) == []


def test_a_row_at_fault_by_itself_vouches_for_nobody() -> None:
    rows = make_tables(households=[{"household_id": "h5", "region_code": "529999001001"}, {"household_id": "h5"}])[
        "households"
    ].with_row_index(LINE, offset=2)
    county = blank_county(COUNTY, make_tables())
    marked = mark_references(rows, rows.head(1), DEFINITION.tables["households"], DEFINITION, county)
    assert marked["never here"].to_list() == [True, False]
