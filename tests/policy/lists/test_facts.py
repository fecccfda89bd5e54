"""What the ledger tells a list: duties of the whole month, who waits, who is gone, who is new."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from features.cli.console import UserError
from models.policy.lists.facts import ListFacts, list_facts
from models.policy.lists.period import Period
from models.policy.lists.pool import Ask, build_pool
from models.policy.policy import Policy
from tests.builders import COUNTY, Row, default_definition, make_tables
from tests.policy.cases import AS_OF, national
from tests.policy.lists.made import PERIOD, TOWN, policy_with

BEFORE = AS_OF - timedelta(days=30)


def facts(policy: Policy | None = None, period: Period = PERIOD, **rows: list[Row]) -> ListFacts:
    tables = make_tables(**rows)
    return list_facts(tables, default_definition(), policy or national(), period, AS_OF, county=COUNTY)


def child(number: int, **columns: Any) -> Row:
    return {"child_id": f"c{number}", "household_id": f"h{number}", "official_level": "green"} | columns


def listed(number: int, **columns: Any) -> Row:
    return {"household_id": f"h{number}", "list_id": "L1", "as_of": BEFORE, "stratum": "score"} | columns


def visited(number: int, day: date, *, met: bool = True) -> Row:
    return {"visit_id": f"v{number}-{day}", "household_id": f"h{number}", "visited_on": day, "met": met}


def test_a_visit_due_on_the_last_day_of_the_month_is_a_duty_and_one_later_is_not() -> None:
    last = PERIOD.end - timedelta(days=365)
    found = facts(
        children=[child(1), child(2)], visits=[visited(1, last), visited(2, last + timedelta(days=1))]
    ).children
    assert found["duty"].to_list() == [True, False]
    assert found["next_due_on"].to_list() == [PERIOD.end, PERIOD.end + timedelta(days=1)]
    assert found["last_met_on"].to_list() == [last, last + timedelta(days=1)]


def test_the_next_day_of_an_open_finding_stands_beside_that_of_any_rule() -> None:
    finding = {"finding_id": "f1", "household_id": "h1", "child_id": "c1", "severity": 1, "opens": date(2018, 6, 1)}
    found = facts(children=[child(1), child(2)], findings=[finding], visits=[visited(1, date(2018, 6, 1))]).children
    assert found["finding_due_on"].to_list() == [date(2018, 11, 28), None]
    assert found["next_due_on"][0] == date(2018, 11, 28)


def test_who_was_drawn_and_not_met_waits() -> None:
    rows = [
        listed(1),
        listed(2),
        listed(3, drawn=False),
        listed(4, removed_reason="not_reached"),
        listed(5, removed_reason="refused"),
        listed(6, visit_id="v9"),
        listed(7),
    ]
    children = [child(number) for number in range(1, 8)]
    visits = [
        visited(2, BEFORE + timedelta(days=9)),
        visited(7, BEFORE + timedelta(days=9), met=False),
        visited(1, BEFORE),
    ]
    found = facts(children=children, assignments=rows, visits=visits)
    assert found.previous.waiting["household_id"].to_list() == ["h1", "h4", "h7"]
    assert found.previous.waiting["waits_since"].to_list() == [BEFORE] * 3
    assert found.previous.drawn_on == BEFORE


def test_an_attempt_that_the_list_led_to_leaves_the_household_waiting() -> None:
    """The line names the visit it led to, whether somebody was met or not."""
    day = BEFORE + timedelta(days=9)
    rows = [listed(1, visit_id=f"v1-{day}"), listed(2, visit_id=f"v2-{day}")]
    visits = [visited(1, day, met=False), visited(2, day)]
    found = facts(children=[child(1), child(2)], assignments=rows, visits=visits)
    assert found.previous.waiting["household_id"].to_list() == ["h1"]


def test_only_the_last_list_a_household_was_on_counts_and_only_for_a_while() -> None:
    older = BEFORE - timedelta(days=30)
    rows = [
        listed(1, list_id="L0", as_of=older),
        listed(1, drawn=False),
        listed(2, list_id="L0", as_of=older),
        listed(3, list_id="L0", as_of=AS_OF - timedelta(days=101)),
        listed(4, list_id=f"L2018-07-{TOWN}-abc", as_of=AS_OF - timedelta(days=2)),
        listed(5, list_id="L9", as_of=AS_OF),
    ]
    found = facts(children=[child(number) for number in range(1, 6)], assignments=rows)
    assert found.previous.waiting["household_id"].to_list() == ["h2"]


def test_taken_off_by_hand_and_put_on_by_hand_count_as_they_stand() -> None:
    later = {"valid_from": BEFORE + timedelta(days=3), "stratum": "by_hand"}
    rows = [
        listed(1), listed(1, removed_reason="moved", row_id="x1", **later),
        listed(2, drawn=False), listed(2, drawn=True, row_id="x2", **later),
    ]  # fmt: skip
    found = facts(children=[child(1), child(2)], assignments=rows)
    assert found.previous.waiting["household_id"].to_list() == ["h2"]


def test_who_waited_and_has_no_child_on_file_any_more_is_gone_with_the_reason() -> None:
    children = [child(1), child(1, file_status="deceased", valid_from=date(2018, 6, 10)), child(2)]
    found = facts(children=children, assignments=[listed(1), listed(2), listed(3)], households=_homes(1, 2, 3))
    assert found.gone.select("household_id", "why").rows() == [("h1", "deceased"), ("h3", None)]
    pool = build_pool(None, found, national(), Ask(TOWN, 5))
    assert pool.left_out == {"deceased": 1}
    assert pool.frame["household_id"].to_list() == ["h2"]


def test_new_is_who_became_known_after_the_last_list() -> None:
    children = [child(1, recorded_on=BEFORE), child(2, valid_from=BEFORE + timedelta(days=1))]
    assert facts(children=children, assignments=[listed(1)]).children["new"].to_list() == [False, True]
    first = facts(children=[child(1, valid_from=AS_OF - timedelta(days=29)), child(2)])
    assert first.children["new"].to_list() == [True, False]


def test_a_refusal_and_the_level_are_read_from_the_file() -> None:
    children = [child(1, model_refused_on=AS_OF), child(2, official_level="red"), child(3, official_level=None)]
    found = facts(children=children).children
    assert found["refused"].to_list() == [True, False, False]
    assert found["level_place"].to_list() == [3, 0, 4]


def test_the_newest_record_is_a_fact_and_not_a_list() -> None:
    found = facts(children=[child(1, valid_from=date(2018, 3, 1))], assignments=[listed(1)])
    assert found.newest == date(2018, 3, 1)
    assert facts().newest is None


def test_groups_are_read_only_where_equal_recall_is_switched_on() -> None:
    from models.policy.lists.rules import EqualRecallSwitch

    children = [child(1, ethnicity="miao", sex="girl")]
    assert not [name for name in facts(children=children).children.columns if name.startswith("group_")]
    for group, columns in (("ethnicity", ["group_ethnicity"]), ("nothing", [])):
        policy = policy_with(equal_recall=EqualRecallSwitch(group, 100, "test"))
        found = facts(policy, children=children).children
        assert [name for name in found.columns if name.startswith("group_")] == columns


def test_a_definition_without_lists_and_levels_makes_one_all_the_same() -> None:
    from dataclasses import replace

    from models.policy.policy import POLICIES, load_policy

    definition = default_definition()
    tables = make_tables(children=[child(1)])
    kept = {name: table for name, table in definition.tables.items() if name != "assignments"}
    columns = {key: value for key, value in kept["children"].columns.items() if key != "model_refused_on"}
    bare = replace(definition, tables=kept | {"children": replace(kept["children"], columns=columns)})
    del tables["assignments"]
    tables["children"] = tables["children"].drop("model_refused_on")
    found = list_facts(tables, bare, load_policy(POLICIES / "plain.toml"), PERIOD, AS_OF, county=COUNTY)
    assert found.previous.drawn_on is None
    assert found.children.select("refused", "official_level", "level_place").rows() == [(False, None, 0)]


def test_a_period_that_is_over_is_refused() -> None:
    with pytest.raises(UserError, match="2018-05 was over"):
        facts(period=Period.parse("2018-05"), children=[child(1)])


def _homes(*numbers: int) -> list[Row]:
    return [{"household_id": f"h{number}"} for number in numbers]
