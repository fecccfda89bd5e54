"""All features as one program."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from features.definition import DefinitionError
from features.operators.program import program_of
from tests.builders import default_definition, definition_with, feature_values, make_tables

VISITS = {"operator": "count_in_window", "table": "visits", "days": 90, "where": {"met": True}}


def test_a_definition_has_one_program() -> None:
    definition = default_definition()
    assert program_of(definition) is program_of(definition)
    other = replace(definition, features={})
    assert program_of(other) is not program_of(definition), "the same hash, but not the same features"
    assert program_of(other).specs == ()


def test_programs_of_many_definitions_are_not_kept_for_ever() -> None:
    made = [definition_with({f"x{place}": VISITS}) for place in range(40)]
    programs = [program_of(definition) for definition in made]
    assert [program.specs[0].name for program in programs] == [f"x{place}" for place in range(40)]


def test_measures_of_the_same_rows_are_gathered_in_one_pass_and_each_once() -> None:
    features = {
        "a": VISITS,
        "same": VISITS,
        "longer": VISITS | {"days": 365},
        "share": {"operator": "share_in_window", "table": "visits", "days": 90, "of": {"met": True}},
    }
    (only,) = program_of(definition_with(features)).passes
    assert (only.source, only.table, only.key, only.oldest) == ("events", "visits", "household_id", 365)
    assert only.columns == ("a", "longer", "_m2", "_newest_visits"), "the share needs one more measure only, its whole"


def test_tables_are_read_only_as_far_as_needed() -> None:
    features = {"a": VISITS, "seen": {"operator": "time_since_last", "table": "assessments", "days": 90}}
    columns = program_of(definition_with(features)).columns
    assert columns["visits"] == ("visit_id", "household_id", "visited_on", "met")
    assert columns["assessments"] == ("visit_id", "child_id")
    assert "findings" not in columns


def test_a_feature_may_be_called_as_a_column_of_the_state() -> None:
    tables = make_tables(children=[{"boarding": True}], visits=[{"visited_on": date(2016, 6, 1)}])
    found = feature_values(tables, definition_with({"boarding": VISITS}), date(2016, 7, 1))
    assert found == {"boarding": {"c1": 1.0}}
    twice = make_tables(children=[{"boarding": True}])
    assert feature_values(twice, definition_with({"boarding": VISITS}), date(2016, 7, 1)) == {"boarding": {"c1": 0.0}}


@pytest.mark.parametrize("name", ["region_code", "sex", "child_id", "valid_from", "_hidden"])
def test_a_feature_may_not_be_called_as_what_identifies_or_is_audited(name: str) -> None:
    with pytest.raises(DefinitionError, match=f"a feature cannot be called '{name}'"):
        program_of(definition_with({name: VISITS}))
