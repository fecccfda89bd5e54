"""The state of a household's children and who is scored are those of the frames."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given

from features.cohort import Cohort, cohort
from features.record.rows import plain_rows
from features.record.state import Known
from features.state import HOUSEHOLD_VALID_FROM, child_state
from tests.builders import COUNTY, Tables, default_definition, make_tables
from tests.generative.ledgers import AS_OF, generative, ledgers


def known_of(tables: Tables, county: str = COUNTY, as_of: date = AS_OF) -> Known:
    rows = plain_rows({name: frame.to_dicts() for name, frame in tables.items()}, default_definition())
    return Known.read(rows, default_definition(), Cohort.of(default_definition()), as_of, county)


@given(ledgers())
@generative
def test_the_same_children_in_the_same_state_belong_to_the_cohort(tables: Tables) -> None:
    seen = known_of(tables)
    state = child_state(tables, default_definition(), AS_OF, county=COUNTY)
    wanted = state.with_columns(pl.col(pl.Date).cast(pl.Int32)).to_dicts()
    for row in wanted:
        kept = seen.state[row["child_id"]]
        assert {name: kept[name] for name in row} == row
    assert sorted(seen.state) == sorted(row["child_id"] for row in wanted)
    members = cohort(state, default_definition(), AS_OF)
    assert list(seen.cohort) == sorted(members["child_id"])


def test_a_child_whose_household_is_not_known_stays_with_nothing_said_of_it() -> None:
    tables = make_tables(households=[], children=[{}])
    state = known_of(tables).state["c1"]
    assert state["region_code"] is None
    assert state[HOUSEHOLD_VALID_FROM] is None


def test_a_household_of_another_county_falls_out() -> None:
    assert known_of(make_tables(children=[{}]), county="520002").state == {}
