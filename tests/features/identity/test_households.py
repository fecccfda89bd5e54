"""Who lives with whom: what is certain, what a person said, and what is listed."""

from __future__ import annotations

from typing import Any

import polars as pl

from features.identity.decisions import Decisions, ordered
from features.identity.identify import Identified
from tests.features.identity.conftest import Identify
from tests.features.identity.registers import number

VILLAGE = "520123001001"


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "birth_date": "2009-03-14", "region_code": VILLAGE, **more}


def homes(found: Identified) -> list[str]:
    return found.rows["household_id"].to_list()


def listed(found: Identified) -> list[tuple[int, int | None, list[str]]]:
    return found.uncertain.filter(kind="household").select("_row", "_row_other", "agreed").rows()


def test_the_senders_number_joins_within_a_village(identified: Identify) -> None:
    found = identified(
        row("甲", household_no="7"), row("乙", household_no="7.0"), row("丙", household_no="8"),
        row("丁", household_no="7", region_code="520123001002"),
    )  # fmt: skip
    one, two, three, four = homes(found)
    assert one == two
    assert len({one, three, four}) == 3
    assert listed(found) == []


def test_the_same_numbers_of_guardians_or_parents_join(identified: Identify) -> None:
    from datetime import date

    guardian = number(date(1950, 1, 1), 2)
    father, mother = number(date(1980, 1, 1), 1), number(date(1981, 1, 1), 2)
    found = identified(
        row("甲", guardian_id_number=guardian),
        row("乙", guardian_id_number=guardian, region_code="520123001002"),
        row("丙", father_id_number=father, mother_id_number=mother),
        row("丁", father_id_number=father, mother_id_number=mother, region_code="520123001002"),
        row("戊", father_id_number=father),
    )
    one, two, three, four, five = homes(found)
    assert one == two
    assert three == four
    assert len({one, three, five}) == 3


def test_name_and_telephone_of_the_guardian_join_within_a_village(identified: Identify) -> None:
    same = {"guardian_name": "王五", "guardian_phone": "13800001111"}
    found = identified(row("甲", **same), row("乙", **same), row("丙", guardian_name="王五"))
    one, two, three = homes(found)
    assert one == two
    assert three != one


def test_a_rule_against_the_senders_numbers_is_listed_and_joins_nobody(identified: Identify) -> None:
    same = {"guardian_name": "王五", "guardian_phone": "13800001111"}
    found = identified(row("甲", household_no="7", **same), row("乙", household_no="8", **same), row("丙", **same))
    assert len(set(homes(found))) == 3
    assert {place for pair in listed(found) for place in pair[:2]} == {1, 2, 3}
    assert found.uncertain.filter(kind="household")["probability"].null_count() == 2


def test_what_a_person_decided_counts_more_than_rules_and_numbers(identified: Identify) -> None:
    same = {"guardian_name": "王五", "guardian_phone": "13800001111"}
    rows = (row("甲", household_no="7", **same), row("乙", household_no="8", **same), row("丙", **same))
    ids = identified(*rows).rows["child_id"].to_list()
    joined = Decisions(same=frozenset({ordered("household", ids[0], ids[1])}))
    one, two, three = homes(identified(*rows, decisions=joined))
    assert one == two == three
    apart = Decisions(not_same=frozenset({ordered("household", ids[0], ids[2]), ordered("household", ids[1], ids[2])}))
    found = identified(row("甲", **same), row("乙", **same), row("丙", **same), decisions=apart)
    first, second, third = homes(found)
    assert third not in (first, second)
    assert not [pair for pair in listed(found) if 3 in pair[:2] and {1, 2} & set(pair[:2])]


def test_a_household_keeps_its_number_when_a_sibling_is_added(identified: Identify) -> None:
    same = {"guardian_name": "王五", "guardian_phone": "13800001111"}
    first = identified(row("乙", **same))
    later = identified(row("甲", **same), before=[first])
    assert homes(later) == homes(first)
    alone = identified(row("乙"), before=[first, later])
    assert homes(alone) == homes(first)


def test_a_child_that_the_sender_moved_leaves_its_home_and_the_home_keeps_its_number(identified: Identify) -> None:
    first = identified(row("甲", household_no="7"), row("乙", household_no="7"), row("丙", household_no="8"))
    seven, _, eight = homes(first)
    later = identified(row("甲", household_no="8"), row("乙", household_no="7"), before=[first])
    assert homes(later) == [eight, seven]
    split = identified(row("甲", household_no="70"), row("乙", household_no="71"), before=[first])
    new, old = sorted(homes(split), key=lambda home: home == seven)
    assert old == seven
    assert new not in (seven, eight)


def test_siblings_of_a_known_child_may_be_decided_on(identified: Identify) -> None:
    first = identified(row("甲"))
    ids = (first.rows["child_id"].item(), identified(row("乙")).rows["child_id"].item())
    same = Decisions(same=frozenset({ordered("household", *ids)}))
    assert homes(identified(row("乙"), before=[first], decisions=same)) == homes(first)


def test_two_known_homes_that_a_rule_would_join_are_listed(identified: Identify) -> None:
    first = identified(row("甲"), row("乙"))
    same = {"guardian_name": "王五", "guardian_phone": "13800001111"}
    later = identified(row("甲", **same), row("乙", **same), before=[first])
    assert homes(later) == homes(first)
    assert listed(later) == [(1, 2, ["guardian_name", "guardian_phone", "region_code"])]


def test_likely_siblings_are_joined_and_doubtful_ones_listed(identified: Identify) -> None:
    likely = {"guardian_name": "欧阳五", "father_name": "张大山", "mother_name": "周小芳", "address": "3组12号"}
    found = identified(
        row("甲", **likely), row("乙", **{**likely, "guardian_name": "欧阳伍"}),
        row("丙", guardian_phone="13900002222", father_name="李一山"),
        row("丁", guardian_phone="13900002222", father_name="赵二水"),
    )  # fmt: skip
    one, two, three, four = homes(found)
    assert one == two
    assert three != four
    assert [pair[:2] for pair in listed(found)] == [(3, 4)]
    (probability,) = found.uncertain["probability"]
    assert 0.5 <= probability < 0.995


def test_a_household_never_takes_a_number_another_one_has(identified: Identify) -> None:
    """The lowest child of a home gave it its number; when it alone moves out, it must not take the number along."""
    first = identified(row("甲", household_no="7"), row("乙", household_no="7"))
    (seven,) = set(homes(first))
    for mover, stayer in (("甲", "乙"), ("乙", "甲")):
        split = identified(row(mover, household_no="99"), row(stayer, household_no="7"), before=[first])
        by_name = dict(zip((mover, stayer), homes(split), strict=True))
        assert by_name[stayer] == seven
        assert by_name[mover] != seven


def test_the_same_pair_of_homes_is_listed_once(identified: Identify) -> None:
    doubtful = {"guardian_phone": "13900002222"}
    one = {"household_no": "1", "father_name": "李一"}
    found = identified(
        row("甲", **doubtful, **one), row("乙", **doubtful, **one), row("丙", **doubtful, father_name="李二"),
    )  # fmt: skip
    assert found.uncertain.filter(pl.col("kind") == "household").height <= 1
