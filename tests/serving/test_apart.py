"""Counties are read as one only where nothing of one could be taken for something of another."""

from __future__ import annotations

import pytest

from serving.batch.apart import apart
from serving.batch.known import Tables
from tests.builders import Row, default_definition, make_tables

KEYS = {name: table.key for name, table in default_definition().tables.items()}


def _county(number: int, **visit: object) -> Tables:
    own: Row = {"child_id": f"c{number}", "household_id": f"h{number}"}
    seen: Row = {"visit_id": f"v{number}", "household_id": f"h{number}", **visit}
    return make_tables(children=[own], visits=[seen])


def test_counties_with_nothing_in_common_are_read_as_one() -> None:
    assert apart({name: _county(place) for place, name in enumerate("abc")}, KEYS) == [["a", "b", "c"]]


@pytest.mark.parametrize("shared", [{"household_id": "h0"}, {"visit_id": "v0"}])
def test_a_county_that_shares_a_number_with_another_is_read_apart_from_it_alone(shared: Row) -> None:
    counties = {"a": _county(0), "b": _county(1, **shared), "c": _county(2), "d": _county(3)}
    assert apart(counties, KEYS) == [["a", "c", "d"], ["b"]]


def test_the_same_number_for_a_child_and_a_visit_is_no_reason() -> None:
    assert apart({"a": _county(0), "b": _county(1, visit_id="c0")}, KEYS) == [["a", "b"]]


def test_one_county_is_one_part() -> None:
    assert apart({"a": _county(0)}, KEYS) == [["a"]]
