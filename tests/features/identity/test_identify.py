"""Who is meant: the same child has the same pseudonym over imports, files and senders, whatever the order of rows."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.definition import Definition
from features.identity.children import PSEUDONYM
from features.identity.decisions import NO_DECISIONS, Decisions, ordered
from features.identity.definition import IdentityDefinition
from features.identity.identify import REGISTER_FAULTS, UNCERTAIN, Identified, identify
from features.identity.known import KnownPersons
from tests.features.identity.conftest import KEY, Identify, register, rules_of
from tests.features.identity.registers import made_register, number

VILLAGE, OTHER_VILLAGE = "520123001001", "520123001002"
NUMBER = number(date(2009, 3, 14), 1)
ROW: dict[str, Any] = {"name": "甲乙", "birth_date": "2009-03-14", "sex": "boy", "region_code": VILLAGE}


def child(found: Identified, row: int = 1) -> str:
    return str(found.rows.filter(pl.col("_row") == row)["child_id"].item())


def home(found: Identified, row: int = 1) -> str:
    return str(found.rows.filter(pl.col("_row") == row)["household_id"].item())


def test_rows_carry_pseudonyms_and_nothing_that_names_a_person(
    identified: Identify, identity: IdentityDefinition
) -> None:
    row = {**ROW, "id_number": NUMBER, "guardian_name": "丙丁", "guardian_phone": "13800001111", "schooling": "primary"}
    found = identified(row)
    assert found.rows.columns == [
        "_row", "child_id", "household_id", "birth_date", "sex", "region_code", "schooling",
    ]  # fmt: skip
    assert not set(found.rows.columns) & set(identity.fields)
    text = found.rows.write_csv() + found.faults.write_csv()
    assert not any(said in text for said in (NUMBER, "甲乙", "丙丁", "13800001111"))
    assert found.persons["name"].to_list() == ["甲乙"]
    assert dict(found.faults.schema) == REGISTER_FAULTS
    assert dict(found.uncertain.schema) == UNCERTAIN


def test_a_number_gives_the_same_child_whoever_sends_it(identified: Identify) -> None:
    here = identified({**ROW, "id_number": NUMBER})
    old = NUMBER[:6] + NUMBER[6:].lower()
    there = identified({**ROW, "name": "甲 乙", "id_number": f"'{old}", "region_code": OTHER_VILLAGE})
    assert child(here) == child(there)
    assert child(here) != child(identified({**ROW, "id_number": NUMBER}, key=b"x" * 32))


def test_without_a_number_name_birth_date_and_village_find_the_child_again(identified: Identify) -> None:
    first = identified(ROW)
    again = identified({**ROW, "name": "甲　乙"}, before=[first])
    assert child(first) == child(again)
    assert child(identified({**ROW, "region_code": OTHER_VILLAGE}, before=[first])) != child(first)


def test_a_number_that_appears_later_keeps_the_child_and_finds_it_elsewhere(identified: Identify) -> None:
    first = identified(ROW)
    second = identified({**ROW, "id_number": NUMBER}, before=[first])
    moved = identified({**ROW, "id_number": NUMBER, "region_code": OTHER_VILLAGE}, before=[first, second])
    assert child(first) == child(second) == child(moved)
    without = identified(ROW, before=[first, second])
    assert child(without) == child(first)


def test_two_numbers_claim_one_child_without_a_number_neither_is_it(identified: Identify) -> None:
    first = identified(ROW)
    twin = number(date(2009, 3, 14), 3)
    both = identified({**ROW, "id_number": NUMBER}, {**ROW, "id_number": twin}, before=[first])
    assert len({child(first), child(both, 1), child(both, 2)}) == 3
    assert both.uncertain.filter(kind="child").height == 3  # each with the known one, and the two with each other


def test_a_child_known_under_one_number_is_not_found_by_another(identified: Identify) -> None:
    first = identified({**ROW, "id_number": NUMBER})
    other = identified({**ROW, "id_number": number(date(2009, 3, 14), 3)}, before=[first])
    assert child(first) != child(other)


def test_the_senders_own_number_of_a_child_helps_where_there_is_no_name(identified: Identify) -> None:
    row = {"child_no": "17", "birth_date": "2009-03-14", "region_code": VILLAGE}
    assert child(identified(row)) == child(identified({**row, "child_no": "17.0"}))
    assert rules_of(identified(row)) == []


def test_a_row_of_nobody_is_a_fault_and_has_no_pseudonym(identified: Identify) -> None:
    found = identified({"birth_date": "2009-03-14", "region_code": VILLAGE})
    assert rules_of(found) == [(1, "name", "no_identity", "error", "")]
    assert found.rows["child_id"].to_list() == [None]
    assert found.rows["household_id"].to_list() == [None]
    assert found.persons.is_empty()


def test_a_pseudonym_of_ours_that_comes_back_counts_and_nothing_else_does(identified: Identify) -> None:
    given = child(identified(ROW))
    assert child(identified({"child_id": given, "birth_date": "2009-03-14", "region_code": VILLAGE})) == given
    sneaked = identified({**ROW, "child_id": NUMBER})
    assert child(sneaked) == given


def test_a_child_twice_in_a_file_is_a_fault_that_points_at_the_first(identified: Identify) -> None:
    found = identified({**ROW, "id_number": NUMBER}, {**ROW, "name": "他", "id_number": NUMBER}, ROW, ROW)
    twice = found.faults.filter(rule="duplicate_child").select("_row", "field", "level", "other_row").rows()
    assert twice == [(2, "id_number", "error", 1), (4, "name", "error", 3)]
    assert found.persons.height == 2


def test_two_days_of_one_child_are_no_duplicate(identified: Identify) -> None:
    row = {**ROW, "id_number": NUMBER}
    assert rules_of(identified({**row, "valid_from": "2016-07-31"}, {**row, "valid_from": "2017-07-31"})) == []


def test_a_known_number_under_another_name_or_county_is_a_warning(identified: Identify) -> None:
    first = identified({**ROW, "id_number": NUMBER})
    other = {**ROW, "id_number": NUMBER, "name": "丙丁", "region_code": "520124001001"}
    assert rules_of(identified(other, before=[first])) == [
        (1, "name", "known_other_county", "warning", "520123"),
        (1, "name", "known_other_name", "warning", ""),
    ]


def test_namesakes_are_listed_until_a_person_decides(identified: Identify) -> None:
    rows = ({**ROW, "id_number": NUMBER}, ROW)
    found = identified(*rows)
    (pair,) = found.uncertain.filter(kind="child").to_dicts()
    assert (pair["_row"], pair["_row_other"]) == (1, 2)
    assert pair["agreed"] == ["name", "birth_date", "sex", "region_code"]
    assert pair["probability"] > 0.9
    decided = ordered("child", pair["first"], pair["second"])
    parted = identified(*rows, decisions=Decisions(not_same=frozenset({decided})))
    assert parted.uncertain.filter(kind="child").is_empty()
    joined = identified(*rows, decisions=Decisions(same=frozenset({decided})))
    assert child(joined, 1) == child(joined, 2) == min(pair["first"], pair["second"])
    assert joined.faults.filter(rule="duplicate_child")["_row"].to_list() == [2]


def test_decisions_of_three_are_one_child(identified: Identify) -> None:
    rows = (ROW, {**ROW, "region_code": OTHER_VILLAGE}, {**ROW, "name": "丙丁"})
    ids = [child(identified(*rows), row) for row in (1, 2, 3)]
    same = frozenset({ordered("child", ids[0], ids[1]), ordered("child", ids[1], ids[2])})
    found = identified(*rows, decisions=Decisions(same=same))
    assert {child(found, row) for row in (1, 2, 3)} == {min(ids)}


def test_swapped_digits_of_a_birth_date_are_listed_and_others_are_not(identified: Identify) -> None:
    swapped = identified(ROW, {**ROW, "birth_date": "2009-03-41"[:8] + "41"})
    assert swapped.uncertain.select("agreed").item().to_list() == ["name", "sex", "region_code"]
    assert identified(ROW, {**ROW, "birth_date": "2009-04-13"}).uncertain.is_empty()


def test_two_sound_numbers_are_two_children_unless_much_else_agrees(identified: Identify) -> None:
    twin = {**ROW, "id_number": number(date(2009, 3, 14), 3)}
    far = {**twin, "region_code": OTHER_VILLAGE, "sex": "girl"}
    assert identified({**ROW, "id_number": NUMBER}, far).uncertain.filter(kind="child").is_empty()
    near = identified({**ROW, "id_number": NUMBER}, twin).uncertain.filter(kind="child")
    assert near.height == 1


def test_a_known_namesake_is_listed_with_one_row(identified: Identify) -> None:
    first = identified({**ROW, "id_number": NUMBER})
    found = identified({**ROW, "region_code": OTHER_VILLAGE}, before=[first])
    (pair,) = found.uncertain.to_dicts()
    assert pair["_row"] == 1
    assert pair["_row_other"] is None
    assert {pair["first"], pair["second"]} == {child(first), child(found)}


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(st.integers(0, 2**16))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    from features.definition import load_definition
    from features.identity.definition import load_identity

    definition, identity = load_definition(), load_identity()
    rows = made_register(40, 7).rows
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=seed)
    nobody = KnownPersons.nobody(identity)
    plain = identify(rows, identity, definition, KEY, nobody, NO_DECISIONS)
    other = identify(shuffled, identity, definition, KEY, nobody, NO_DECISIONS)
    assert other.rows.sort("_row").equals(plain.rows.select(other.rows.columns).sort("_row"))
    assert other.rows["_row"].to_list() == shuffled["_row"].to_list()
    assert other.faults.equals(plain.faults)
    assert other.uncertain.equals(plain.uncertain)
    assert other.persons.equals(plain.persons)


def test_a_register_sent_again_in_parts_finds_the_same_children_and_homes(
    definition: Definition, identity: IdentityDefinition
) -> None:
    rows = made_register(60, 11).rows
    whole = identify(rows, identity, definition, KEY, KnownPersons.nobody(identity), NO_DECISIONS)
    known = KnownPersons.nobody(identity).and_also([whole.persons])
    draw = random.Random(1)
    part = rows.filter(pl.Series([draw.random() < 0.5 for _ in range(rows.height)]))
    again = identify(part, identity, definition, KEY, known, NO_DECISIONS)
    wanted = whole.rows.join(part.select("_row"), on="_row", how="semi")
    assert again.rows.select("child_id", "household_id").equals(wanted.select("child_id", "household_id"))


def test_no_rows_are_no_trouble(identity: IdentityDefinition, definition: Definition) -> None:
    empty = identify(register(ROW).clear(), identity, definition, KEY, KnownPersons.nobody(identity), NO_DECISIONS)
    assert empty.rows.is_empty()
    assert empty.persons.is_empty()
    assert rules_of(empty) == []
    assert empty.uncertain.is_empty()


@pytest.mark.parametrize("column", ["child_id", "household_id"])
def test_pseudonyms_have_their_form(identified: Identify, column: str) -> None:
    assert identified(ROW, {**ROW, "name": "丙"}).rows[column].str.contains(PSEUDONYM).all()
