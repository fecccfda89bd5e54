"""Plain rows follow the rules of the frames: what was known, which row is the last, which states there were."""

from __future__ import annotations

from datetime import date

from hypothesis import given

from features.definition.structure import CHILD, CHILDREN, VALID_FROM
from features.known import day_number, known_rows, latest_rows
from features.record.rows import history, known, latest, plain_rows
from tests.builders import Tables, default_definition, make_tables, retraction
from tests.generative.ledgers import AS_OF, generative, ledgers

DAY = day_number(AS_OF)


@given(ledgers())
@generative
def test_the_same_rows_are_known_and_the_same_are_the_last(tables: Tables) -> None:
    plain = plain_rows({name: frame.to_dicts() for name, frame in tables.items()}, default_definition())
    for name, frame in tables.items():
        wanted = known_rows(frame, AS_OF).to_native()
        seen = known(plain[name], DAY)
        assert sorted(row["row_id"] for row in seen) == sorted(wanted["row_id"]), name
        key = default_definition().tables[name].key
        last = latest_rows(wanted, key).to_native()
        assert sorted(row["row_id"] for row in latest(seen, key).values()) == sorted(last["row_id"]), name


def test_a_row_taken_back_later_is_known_until_then() -> None:
    tables = make_tables(children=[{}, retraction("children", "children-0", date(2016, 8, 1), child_id="c1")])
    rows = plain_rows({"children": tables["children"].to_dicts()}, default_definition())["children"]
    assert [row["row_id"] for row in known(rows, day_number(date(2016, 7, 31)))] == ["children-0"]
    assert known(rows, day_number(date(2016, 8, 1))) == []


def test_of_two_states_of_one_day_the_later_recorded_is_right() -> None:
    tables = make_tables(
        children=[
            {"valid_from": date(2016, 2, 1), "recorded_on": date(2016, 3, 1), "boarding": True},
            {"valid_from": date(2016, 2, 1), "recorded_on": date(2016, 2, 1), "boarding": False},
            {"valid_from": date(2016, 1, 1), "boarding": None},
        ]
    )
    rows = plain_rows({CHILDREN: tables[CHILDREN].to_dicts()}, default_definition())[CHILDREN]
    states = history(rows, CHILD)["c1"]
    assert [state["boarding"] for state in states] == [None, True]
    assert states[1][VALID_FROM] == day_number(date(2016, 2, 1))


def test_a_table_that_was_not_sent_is_empty() -> None:
    assert plain_rows({}, default_definition())["visits"] == []
