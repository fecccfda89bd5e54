"""Duties on random ledgers: later knowledge moves none, the order of rows moves none, and each has its day."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from features.state import child_state
from models.policy.duties import duties
from tests.builders import COUNTY, Tables, default_definition
from tests.generative.ledgers import AS_OF, generative, ledgers, recorded_by
from tests.policy.cases import national


def _duties(tables: Tables) -> pl.DataFrame:
    state = child_state(tables, default_definition(), AS_OF, county=COUNTY).sort("child_id")
    return duties(tables, state, national(), ("open",), AS_OF)


@generative
@given(ledgers())
def test_rows_recorded_later_move_no_duty(tables: Tables) -> None:
    assert _duties(tables).equals(_duties(recorded_by(tables, AS_OF)))


@generative
@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_rows_moves_no_duty(tables: Tables, random: Random) -> None:
    shuffled = {name: frame[random.sample(range(frame.height), frame.height)] for name, frame in tables.items()}
    assert _duties(shuffled).equals(_duties(tables))


@generative
@given(ledgers())
def test_a_duty_is_the_first_of_its_rules_and_due_within_the_period(tables: Tables) -> None:
    found = _duties(tables)
    last = AS_OF + timedelta(days=national().period_days)
    for row in found.to_dicts():
        rules = row["duty_rules"]
        assert row["duty"] is (rules is not None)
        if rules is not None:
            assert rules[0] == {"rule": row["duty_rule"], "due_on": row["duty_due_on"]}
            assert [rule["due_on"] for rule in rules] == sorted(rule["due_on"] for rule in rules)
            assert rules[-1]["due_on"] <= last
            assert row["duty_overdue_days"] == max((AS_OF - row["duty_due_on"]).days, 0)
