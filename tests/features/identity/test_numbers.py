"""The child's number against the form, and other persons' numbers."""

from __future__ import annotations

from datetime import date

from tests.features.identity.conftest import Identify, rules_of
from tests.features.identity.registers import number

CHILD = number(date(2009, 3, 14), 1)
VILLAGE = "520123001001"


def test_a_form_that_agrees_with_its_number_has_no_fault(identified: Identify) -> None:
    row = {"name": "甲乙", "id_number": CHILD, "birth_date": "2009-03-14", "sex": "boy", "region_code": VILLAGE}
    assert rules_of(identified(row)) == []


def test_birth_date_and_sex_against_the_number(identified: Identify) -> None:
    row = {"name": "甲乙", "id_number": CHILD, "birth_date": "2009-03-15", "sex": "girl", "region_code": VILLAGE}
    found = identified(row)
    assert rules_of(found) == [
        (1, "birth_date", "id_birth_date", "error", "2009-03-14"),
        (1, "sex", "id_sex", "error", "boy"),
    ]
    assert found.faults["value"].to_list() == ["2009-03-15", "girl"]


def test_what_the_form_leaves_out_is_filled_in_and_said(identified: Identify) -> None:
    found = identified({"name": "甲乙", "id_number": CHILD, "region_code": VILLAGE})
    assert rules_of(found) == [
        (1, "birth_date", "id_filled", "warning", "2009-03-14"),
        (1, "sex", "id_filled", "warning", "boy"),
    ]
    assert found.rows.select("birth_date", "sex").rows() == [("2009-03-14", "boy")]


def test_a_date_that_cannot_be_read_is_left_to_its_own_fault(identified: Identify) -> None:
    row = {"name": "甲乙", "id_number": CHILD, "birth_date": "三月", "sex": "boy", "region_code": VILLAGE}
    found = identified(row)
    assert rules_of(found) == []
    assert found.rows["birth_date"].to_list() == ["三月"]


def test_a_faulty_number_is_named_and_its_value_shown_nowhere(identified: Identify) -> None:
    broken = CHILD[:-1] + ("0" if CHILD[-1] != "0" else "1")
    row = {"name": "甲乙", "id_number": broken, "birth_date": "2009-03-14", "sex": "boy", "region_code": VILLAGE}
    found = identified(row)
    assert rules_of(found) == [(1, "id_number", "id_checksum", "error", "")]
    assert found.faults["value"].to_list() == [""]
    assert found.persons["id_number"].to_list() == [None]


def test_the_guardian_against_the_year_of_birth_and_the_child(identified: Identify) -> None:
    guardian = number(date(1950, 5, 1), 2)
    row = {"name": "甲乙", "id_number": CHILD, "birth_date": "2009-03-14", "sex": "boy", "region_code": VILLAGE}
    wrong = identified({**row, "guardian_id_number": guardian, "guardian_birth_year": "1951"})
    assert rules_of(wrong) == [(1, "guardian_birth_year", "id_birth_year", "error", "1950")]
    assert rules_of(identified({**row, "guardian_id_number": guardian, "guardian_birth_year": "1950"})) == []
    same = identified({**row, "guardian_id_number": CHILD})
    assert rules_of(same) == [(1, "guardian_id_number", "id_same_person", "error", "")]


def test_a_province_nobody_knows_is_a_warning(identified: Identify) -> None:
    far = number(date(2009, 3, 14), 1, "990123")
    row = {"name": "甲乙", "id_number": far, "birth_date": "2009-03-14", "sex": "boy", "region_code": VILLAGE}
    assert rules_of(identified(row)) == [(1, "id_number", "id_region", "warning", "")]
