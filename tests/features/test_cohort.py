"""Who is scored on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from features.cohort import Cohort, cohort, years_before
from features.definition import DefinitionError
from features.state import child_state
from tests.builders import as_pandas, default_definition, make_tables

AS_OF = date(2016, 7, 1)


def members(*children: dict[str, Any], declared: dict[str, Any] | None = None, as_of: date = AS_OF) -> list[str]:
    definition = default_definition()
    if declared is not None:
        definition = replace(definition, cohort=declared)
    rows = [{"child_id": f"c{place}"} | child for place, child in enumerate(children)]
    tables = make_tables(children=rows)
    found = cohort(child_state(tables, definition, as_of), definition, as_of)["child_id"].to_list()
    pandas = as_pandas(tables)
    assert sorted(found) == sorted(cohort(child_state(pandas, definition, as_of), definition, as_of)["child_id"])
    return sorted(found)


def test_only_files_in_use() -> None:
    assert members({"file_status": "active"}, {"file_status": "moved"}, {"file_status": "closed_returned"}) == ["c0"]


def test_a_child_leaves_on_its_sixteenth_birthday() -> None:
    assert members({"birth_date": date(2000, 7, 2)}, {"birth_date": date(2000, 7, 1)}) == ["c0"]


def test_a_child_born_on_the_29th_of_february() -> None:
    leap = {"birth_date": date(2000, 2, 29)}
    assert members(leap, as_of=date(2016, 2, 28)) == ["c0"]
    assert members(leap, as_of=date(2016, 2, 29)) == []
    assert years_before(date(2016, 2, 29), 16) == date(2000, 2, 29)
    assert years_before(date(2016, 2, 29), 15) == date(2001, 2, 28)


def test_a_child_whose_birth_date_is_not_known_stays() -> None:
    assert members({"birth_date": None}) == ["c0"]


def test_a_definition_without_a_cohort_scores_every_child() -> None:
    assert members({"file_status": "moved"}, {"birth_date": date(1990, 1, 1)}, declared={}) == ["c0", "c1"]


def test_conditions_may_speak_of_the_household() -> None:
    assert members({}, declared={"conditions": {"region_code": {"is_null": True}}}) == []


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"minimum": 3}, "unknown key minimum"),
        ({"age_below": 16}, "birth_column and age_below belong together"),
        ({"conditions": {"mood": "good"}}, "no column 'mood'"),
        ({"birth_column": "hatched", "age_below": 3}, "no column 'hatched'"),
    ],
)
def test_a_cohort_that_cannot_be_used_is_named(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=r"\[cohort\].*" + message):
        Cohort.of(replace(default_definition(), cohort=declared))
