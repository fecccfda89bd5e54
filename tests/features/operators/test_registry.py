"""Operators by name, and the columns that may never be inputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import features.operators
from features.definition import DefinitionError, load_definition
from features.definition import structure as names
from features.definition.feature import feature_specs
from features.operators.registry import OPERATORS, plan_of
from tests.builders import default_definition, definition_with

SOURCES = Path(features.operators.__file__).parent
CHICAGO = Path(__file__).resolve().parents[2] / "real" / "chicago"


def plan(feature: dict[str, Any]) -> Any:
    definition = definition_with({"x": feature})
    return plan_of(feature_specs(definition)[0], definition)


def test_an_unknown_operator_is_named_with_those_there_are() -> None:
    with pytest.raises(DefinitionError, match=r"\[features.x\] operator: no 'guess', wanted one of latest, level"):
        plan({"operator": "guess", "table": "children"})


@pytest.mark.parametrize("column", ["sex", "health", "ethnicity"])
def test_a_protected_column_needs_a_reason(column: str) -> None:
    feature = {"operator": "one_hot", "table": "children", "column": column}
    with pytest.raises(DefinitionError, match=f"children.{column} is protected"):
        plan(feature)
    assert plan(feature | {"protected_reason": "studied with the people concerned"}).formulas


def test_a_protected_column_may_not_come_in_by_a_condition() -> None:
    where = {"operator": "area", "table": "children", "minimum": 5, "where": {"sex": "girl"}}
    with pytest.raises(DefinitionError, match=r"children\.sex is protected"):
        plan(where)
    changed = {"operator": "changed_within", "table": "households", "columns": ["region_code"], "days": 90}
    with pytest.raises(DefinitionError, match=r"households\.region_code is protected"):
        plan(changed)


def test_who_visited_and_what_a_list_assigned_are_never_inputs() -> None:
    reason = {"protected_reason": "any"}
    visitor = {"operator": "count_in_window", "table": "visits", "days": 90, "where": {"visitor_id": "p1"}} | reason
    with pytest.raises(DefinitionError, match=r"visits\.visitor_id is never an input"):
        plan(visitor)
    drawn = {"operator": "count_in_window", "table": "assignments", "days": 90, "where": {"drawn": True}} | reason
    with pytest.raises(DefinitionError, match=r"assignments\.drawn is never an input"):
        plan(drawn)


def test_every_operator_is_used_by_the_definition_that_ships() -> None:
    assert {spec.operator for spec in feature_specs(default_definition())} == set(OPERATORS)


def test_the_definition_that_ships_reads_no_decision_about_the_child() -> None:
    definition = default_definition()
    reads = {read for spec in feature_specs(definition) for read in plan_of(spec, definition).reads}
    decided = {column for _, column in reads if column.startswith(("support_", "official_level", "model_"))}
    assert reads
    assert not decided


@pytest.mark.parametrize("folder", ["left_behind", CHICAGO])
def test_operators_name_no_column_and_no_code_of_a_definition(folder: str | Path) -> None:
    definition = load_definition(folder)
    structural = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    columns = {column for table in definition.tables.values() for column in table.columns}
    codes = {code for values in definition.codes.values() for code in values}
    words = (columns | codes) - structural
    for source in sorted(SOURCES.glob("*.py")):
        literals = set(re.findall(r"[\"']([a-z_0-9]+)[\"']", source.read_text(encoding="utf-8")))
        assert not literals & words, f"{source.name} names {literals & words}"
