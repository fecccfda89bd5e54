"""A county cut at a day: known rows, the last of each event, and every child whenever it became known."""

from __future__ import annotations

from datetime import date

from features.definition import load_definition
from serving.batch.known import KnownCounty
from tests.builders import make_tables, retraction

DAY = date(2016, 7, 1)
LATER = date(2016, 8, 1)


def test_later_rows_and_those_taken_back_are_not_known_but_their_child_is_not_forgotten() -> None:
    tables = make_tables(
        children=[{"child_id": "a"}, {"child_id": "b", "recorded_on": LATER}, retraction("children", "children-0", DAY)]
    )
    known = KnownCounty.of(tables, "", load_definition(), DAY)
    assert known.tables["children"].is_empty()
    assert known.state.is_empty()
    assert known.with_all_children["children"].height == 3
    assert known.newest_recorded() is None or known.newest_recorded() <= DAY


def test_of_an_event_only_the_last_row_stands_and_lists_say_nothing() -> None:
    first = {"visit_id": "v", "recorded_on": date(2016, 6, 1), "valid_from": date(2016, 6, 1), "row_id": "1"}
    tables = make_tables(visits=[first, first | {"recorded_on": date(2016, 6, 2), "row_id": "2"}])
    known = KnownCounty.of(tables, "", load_definition(), DAY)
    assert known.tables["visits"].height == 2
    assert known.latest["visits"]["row_id"].to_list() == ["2"]
    assert known.newest_recorded() == date(2016, 6, 2)
    assert "assignments" not in known.tables


def test_where_nothing_is_known_there_is_no_newest_day() -> None:
    assert KnownCounty.of(make_tables(), "", load_definition(), DAY).newest_recorded() is None
