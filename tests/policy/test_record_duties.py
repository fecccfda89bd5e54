"""The duties of plain rows are those of the frames: the same rules, days and order, for every ledger."""

from __future__ import annotations

from datetime import date

from hypothesis import given

from features.cohort import Cohort
from features.record.rows import plain_rows
from features.record.state import Known
from features.state import child_state
from models.policy.duties import duties
from models.policy.policy import POLICIES, load_policy
from models.policy.record_duties import NO_DUTY, record_duties
from tests.builders import COUNTY, Tables, default_definition, make_tables, retraction
from tests.generative.ledgers import AS_OF, generative, ledgers
from tests.policy.cases import national


def check(tables: Tables, policy_name: str = "national") -> None:
    policy = load_policy(POLICIES / f"{policy_name}.toml")
    definition = default_definition()
    rows = plain_rows({name: frame.to_dicts() for name, frame in tables.items()}, definition)
    known = Known.read(rows, definition, Cohort.of(definition), AS_OF, COUNTY)
    seen = record_duties(known, rows, known.state, policy, ("open",))
    state = child_state(tables, definition, AS_OF, county=COUNTY)
    wanted = {row.pop("child_id"): row for row in duties(tables, state, policy, ("open",), AS_OF).to_dicts()}
    assert {child: dict(found) for child, found in seen.items()} == wanted


@given(ledgers())
@generative
def test_plain_rows_have_the_duties_of_their_frames(tables: Tables) -> None:
    check(tables)


@given(ledgers())
@generative
def test_so_they_have_where_no_level_is_known(tables: Tables) -> None:
    check(tables, "plain")


def test_a_child_that_nothing_demands_to_visit_has_no_duty() -> None:
    tables = make_tables(children=[{"official_level": "green"}], visits=[{"visited_on": AS_OF}])
    definition = default_definition()
    rows = plain_rows({name: frame.to_dicts() for name, frame in tables.items()}, definition)
    known = Known.read(rows, definition, Cohort.of(definition), AS_OF, COUNTY)
    assert record_duties(known, rows, ["c1"], national(), ("open",)) == {"c1": NO_DUTY}


def test_a_child_known_after_the_last_visit_has_the_duty_of_its_frame() -> None:
    first = {"official_level": "green", "recorded_on": date(2016, 4, 1), "row_id": "wrong"}
    again = {"official_level": "green", "recorded_on": date(2016, 6, 20)}
    back = retraction("children", "wrong", date(2016, 6, 20), child_id="c1")
    check(make_tables(children=[first, again, back], visits=[{"visited_on": date(2016, 3, 1)}]))


def test_a_visit_to_the_home_a_child_has_left_follows_nothing_up() -> None:
    check(
        make_tables(
            children=[{"official_level": "green"}, {"household_id": "h2", "valid_from": date(2016, 6, 1)}],
            findings=[{"severity": 3, "opens": date(2016, 5, 1)}],
            visits=[{"visited_on": date(2016, 6, 20)}],
        )
    )
