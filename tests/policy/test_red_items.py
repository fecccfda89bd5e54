"""Hard items hold for exactly the children they speak of; a fact that is not known is no hard item."""

from __future__ import annotations

from datetime import date

import pytest

from models.policy.red_items import YoungerThan
from tests.builders import Row, make_tables
from tests.policy.cases import AS_OF, national, state_of

HEALTHY: Row = {"guardian_type": "grandparents", "guardianship_state": "good", "hukou_registered": True}


def _holding(child: Row) -> set[str]:
    state = state_of(make_tables(children=[child]))
    return {item.id for item in national().red_items if item.holding(state, AS_OF).height}


@pytest.mark.parametrize(
    ("facts", "items"),
    [
        ({}, set()),
        ({"guardian_type": "none"}, {"no_guardian"}),
        ({"guardianship_state": "none"}, {"no_guardian"}),
        ({"guardian_type": "one_parent", "guardianship_state": "parent_incapable"}, {"carer_incapacitated"}),
        ({"guardian_type": "one_parent", "guardianship_state": "fair"}, {"carer_incapacitated"}),
        ({"guardian_type": "one_parent", "guardianship_state": None}, {"carer_incapacitated"}),
        ({"guardianship_state": "parent_incapable"}, {"carer_incapacitated"}),
        ({"guardian_type": None, "guardianship_state": "parent_incapable"}, {"carer_incapacitated"}),
        ({"guardianship_state": "entrusted_insufficient"}, set()),
        ({"hukou_registered": False}, {"no_hukou"}),
        ({"hukou_registered": None, "guardian_type": None, "guardianship_state": None}, set()),
    ],
)
def test_an_item_holds_for_its_facts_only(facts: Row, items: set[str]) -> None:
    assert _holding({**HEALTHY, **facts}) == items


@pytest.mark.parametrize(
    ("born", "holds"),
    [
        (date(2010, 6, 30), False),
        (date(2010, 7, 1), True),
        (date(2018, 1, 1), True),
        (date(2009, 1, 1), False),
    ],
)
def test_a_child_is_under_8_until_the_eighth_birthday(born: date, *, holds: bool) -> None:
    child = {**HEALTHY, "guardianship_state": "entrusted_insufficient", "birth_date": born}
    assert ("young_child_limited_carer" in _holding(child)) is holds


def test_an_age_limit_on_29_february_counts_from_the_28th() -> None:
    assert YoungerThan("birth_date", 1).born_after(date(2016, 2, 29)) == date(2015, 2, 28)
    assert YoungerThan("birth_date", 4).born_after(date(2016, 2, 29)) == date(2012, 2, 29)


def test_an_item_names_the_columns_it_reads() -> None:
    columns = {item.id: item.columns for item in national().red_items}
    assert columns["young_child_limited_carer"] == ("guardianship_state", "birth_date")
    assert columns["no_guardian"] == ("guardian_type", "guardianship_state")
