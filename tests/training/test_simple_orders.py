"""Orders an office could make by hand are data of the definition."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from tests.builders import default_definition, make_tables
from tests.real.conftest import CHICAGO
from training.simple_orders import SimpleOrders

AS_OF = date(2016, 7, 1)


def added(**child: Any) -> dict[str, Any]:
    """What is added to the one child of a small ledger."""
    tables = make_tables(children=[child], households=[{}])
    cohort = tables["children"].select("child_id")
    definition = default_definition()
    return SimpleOrders.of(definition).added(cohort, tables, definition, AS_OF).to_dicts()[0]


def with_section(**changes: Any) -> SimpleOrders:
    raw = {**default_definition().simple_orders, **changes}
    return SimpleOrders.of(replace(default_definition(), simple_orders=raw))


def test_the_official_level_goes_by_its_code_list_and_is_null_when_never_assessed() -> None:
    levels = [added(official_level=level)["level_urgency"] for level in ("red", "yellow", "blue", "green", None)]
    assert levels == [3, 2, 1, 0, None]
    assert added(official_level="red")["official_level"] == "red"


def test_points_add_up_over_facts_and_a_fact_counts_once() -> None:
    assert added()["points"] == 0
    assert added(schooling="dropped_out", health="ill")["points"] == 30 + 20
    assert added(guardian_type="none", guardianship_state="none")["points"] == 61


def test_a_limit_of_age_ends_on_the_birthday() -> None:
    limited = {"guardianship_state": "entrusted_insufficient"}
    assert added(birth_date=date(2008, 7, 2), **limited)["points"] == 61 + 30
    assert added(birth_date=date(2008, 7, 1), **limited)["points"] == 30


def test_a_hard_item_alone_is_red_on_the_published_scale() -> None:
    facts = SimpleOrders.of(default_definition()).facts
    assert max(fact.points for fact in facts) > 60
    assert min(fact.points for fact in facts) > 0
    assert "assumption" in default_definition().simple_orders["points_source"]


def test_facts_are_as_known_on_the_day() -> None:
    known = {"official_level": "green"}
    later = {"official_level": "red", "recorded_on": date(2016, 7, 2), "valid_from": date(2016, 6, 1)}
    tables = make_tables(children=[known, later])
    definition = default_definition()
    cohort = tables["children"].select("child_id").unique()
    found = SimpleOrders.of(definition).added(cohort, tables, definition, AS_OF)
    assert found["official_level"].to_list() == ["green"]


def test_a_definition_without_such_orders_adds_nothing() -> None:
    chicago = load_definition(CHICAGO)
    orders = SimpleOrders.of(chicago)
    cohort = pl.DataFrame({"child_id": ["c1"]})
    assert orders.columns == ()
    assert orders.added(cohort, {}, chicago, AS_OF).equals(cohort)


def test_one_order_may_stand_without_the_other() -> None:
    assert with_section(points=[]).columns == ("official_level", "level_urgency")
    raw = {name: value for name, value in default_definition().simple_orders.items() if name != "level_column"}
    definition = replace(default_definition(), simple_orders=raw)
    tables = make_tables(children=[{}])
    found = SimpleOrders.of(definition).added(tables["children"].select("child_id"), tables, definition, AS_OF)
    assert found.columns == ["child_id", "points"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"levels": "x"}, "unknown key levels"),
        ({"level_column": "colour"}, "no column 'colour'"),
        ({"points_source": ""}, "points_source: empty"),
        ({"points": [{"points": 1, "zh": "甲", "en": "a", "any": [{"colour": "red"}]}]}, "no column 'colour'"),
        ({"points": [{"points": 1, "zh": "甲", "en": "a", "any": [], "weight": 1}]}, "unknown key weight"),
    ],
)
def test_a_section_that_cannot_be_meant_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        with_section(**changes)
