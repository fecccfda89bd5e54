"""Children outside the cohort are counted when a finding stays open that no listed child carries."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from features.cohort import cohort
from features.state import child_state
from serving.batch.outside import outside_with_finding
from tests.builders import COUNTY, Row, default_definition, make_tables

AS_OF = date(2018, 6, 30)
GROWN: Row = {"birth_date": date(1998, 1, 1)}
SEVERE: Row = {"severity": 3}


def _count(children: list[Row], *findings: Row) -> int:
    definition = default_definition()
    tables = make_tables(children=children, findings=list(findings))
    state: pl.DataFrame = child_state(tables, definition, AS_OF, county=COUNTY)
    return outside_with_finding(tables, state, cohort(state, definition, AS_OF), ("open",), 3, AS_OF)


@pytest.mark.parametrize(("facts", "count"), [({}, 0), (GROWN, 1), ({"file_status": "closed_returned"}, 1)])
def test_who_is_of_age_or_has_a_closed_file_is_counted(facts: Row, count: int) -> None:
    assert _count([facts], SEVERE) == count


def test_a_child_counts_once_however_many_findings_are_open() -> None:
    assert _count([GROWN], SEVERE, {"finding_id": "f2", **SEVERE}) == 1


@pytest.mark.parametrize(
    "facts",
    [{"severity": 2}, {"status": "closed"}, {"recorded_on": date(2018, 7, 1)}, {"closes": date(2018, 6, 1)}],
)
def test_a_mild_closed_or_later_finding_does_not_count(facts: Row) -> None:
    assert _count([GROWN], {**SEVERE, **facts}) == 0


def test_a_finding_of_the_household_is_carried_by_a_listed_sibling() -> None:
    household = {**SEVERE, "child_id": None}
    assert _count([GROWN, {"child_id": "c2"}], household) == 0
    assert _count([GROWN, {"child_id": "c2", "household_id": "h2"}], household) == 1
