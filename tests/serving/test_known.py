"""A county cut at a day: known rows, the last of each event, and every child whenever it became known."""

from __future__ import annotations

from datetime import date

from features.definition import load_definition
from features.known import is_cut, latest_events
from serving.batch.known import KnownCounty
from tests.builders import Row, Tables, make_tables, retraction

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


def test_a_household_that_moved_away_is_no_child_of_the_county_it_left() -> None:
    tables = {
        county: make_tables(
            households=[{"household_id": f"h{place}", "region_code": "520002001001"}],
            children=[{"child_id": f"c{place}", "household_id": f"h{place}"}],
        )
        for place, county in enumerate(("520001", "520002"))
    }
    known = KnownCounty.together(tables, load_definition(), DAY)
    assert known.state["child_id"].to_list() == ["c1"]
    assert known.tables["children"].height == 2
    assert set(known.newest) == set(tables)


def test_what_takes_back_a_row_does_so_in_its_own_county() -> None:
    def county(place: int, *more: Row) -> Tables:
        own: Row = {"child_id": f"c{place}", "household_id": f"h{place}", "row_id": "1"}
        return make_tables(households=[{"household_id": f"h{place}"}], children=[own, *more])

    parts = {"520001": county(0, retraction("children", "1", DAY)), "520002": county(1)}
    known = KnownCounty.together(parts, load_definition(), DAY)
    assert known.tables["children"]["child_id"].to_list() == ["c1"]
    assert known.with_all_children["children"].height == 3


def test_cut_tables_are_cut_for_their_day_alone() -> None:
    first = {"visit_id": "v", "recorded_on": date(2016, 6, 1), "valid_from": date(2016, 6, 1), "row_id": "1"}
    known = KnownCounty.of(make_tables(visits=[first]), "", load_definition(), DAY)
    assert is_cut(known.latest, DAY, states=True)
    assert not is_cut(known.latest, LATER)
    assert is_cut(known.with_all_children, DAY)
    assert not is_cut(known.with_all_children, DAY, states=True)
    assert len(known.latest) == len(list(known.latest)) == len(known.tables)
    assert latest_events(known.latest, "visits", ("visit_id",), LATER).to_native().height == 1
