"""What a form cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from features.definition import Definition, DefinitionError
from features.identity.definition import IdentityDefinition
from features.identity.rules import Rules
from tests.features.identity.conftest import Identify, register

FORM: dict[str, Any] = {
    "name": "甲", "birth_date": "2006-08-01", "region_code": "520123001001", "valid_from": "2016-07-31", "sex": "girl",
    "file_status": "active", "health": "healthy", "schooling": "primary", "boarding": "false",
    "guardian_type": "grandparents",
    "guardian_birth_year": "1950", "guardianship_state": "good", "father_state": "away_in_province",
    "mother_state": "away_other_province", "parents_away_since": "2010-02-01",
}  # fmt: skip

BROKEN: Mapping[str, dict[str, Any]] = {
    "age_not_of_register": {"birth_date": "2000-07-31"},
    "both_parents_home": {"father_state": "home", "mother_state": "home"},
    "parent_home_and_capable": {"father_state": "home"},
    "mother_home_and_capable": {"mother_state": "home"},
    "primary_too_young": {"birth_date": "2013-08-01", "parents_away_since": "2014-01-01"},
    "junior_too_young": {"birth_date": "2007-08-01", "schooling": "junior"},
    "senior_too_young": {"schooling": "senior"},
    "kindergarten_too_old": {"schooling": "kindergarten"},
    "not_at_school": {"schooling": "not_yet"},
    "dropped_out_too_young": {"birth_date": "2011-08-01", "schooling": "dropped_out", "parents_away_since": None},
    "boards_but_not_at_school": {"schooling": "dropped_out", "boarding": "true"},
    "disability_kind_of_healthy": {"disability_kind": "sight"},
    "disability_grade_of_healthy": {"disability_grade": "2", "disability_kind": None},
    "grade_without_kind": {"health": "disabled", "disability_grade": "2"},
    "disabled_without_kind": {"health": "disabled"},
    "illness_of_healthy": {"illness": "chronic"},
    "guardian_too_young": {"guardian_birth_year": "1992", "guardian_type": "relatives"},
    "grandparent_too_young": {"guardian_birth_year": "1980"},
    "guardian_too_old": {"guardian_birth_year": "1915"},
    "no_guardian_but_born": {"guardian_type": "none", "guardianship_state": "none"},
    "no_guardian_but_good": {"guardian_type": "none", "guardian_birth_year": None},
    "guardian_but_none": {"guardianship_state": "none"},
    "away_before_birth": {"parents_away_since": "2005-01-01"},
    "level_without_day": {"official_level": "red"},
}


def test_every_rule_has_a_form_that_breaks_it(definition: Definition, identity: IdentityDefinition) -> None:
    assert {rule.code for rule in Rules.of(identity, definition).rules} == BROKEN.keys()


def test_a_form_in_order_breaks_none(identified: Identify) -> None:
    assert identified(FORM).faults.is_empty()


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_rule_is_found(identified: Identify, code: str) -> None:
    assert code in identified({**FORM, **BROKEN[code]}).faults["rule"].to_list()


def test_words_of_the_sender_and_values_nobody_can_read(identified: Identify) -> None:
    chinese = {**FORM, "schooling": "幼儿园", "boarding": "否"}
    assert identified(chinese).faults["rule"].to_list() == ["kindergarten_too_old"]
    assert identified({**FORM, "schooling": "?", "birth_date": "?"}).faults.is_empty()


def test_the_value_and_the_number_are_said(identified: Identify) -> None:
    (fault,) = identified({**FORM, "guardian_birth_year": "1980"}).faults.to_dicts()
    assert (fault["field"], fault["value"], fault["detail"], fault["level"]) == (
        "guardian_birth_year", "1980", "26", "warning",
    )  # fmt: skip


@pytest.mark.parametrize(("day", "age"), [("2016-02-28", None), ("2016-02-29", "16"), ("2017-03-01", "17")])
def test_an_age_is_counted_in_whole_years(identified: Identify, day: str, age: str | None) -> None:
    found = identified({**FORM, "birth_date": "2000-02-29", "schooling": "junior", "valid_from": day}).faults
    assert found.filter(rule="age_not_of_register")["detail"].to_list() == ([age] if age else [])


@pytest.mark.parametrize(
    ("section", "content", "message"),
    [
        ("rules", {"x": {"level": "error", "field": "sex", "when": {}, "source": "", "hint": ""}}, "unknown key hint"),
        ("rules", {"x": {"level": "error", "field": "sex", "when": {}}}, "'source' is missing"),
        ("rules", {"x": {"level": "bad", "field": "sex", "when": {}, "source": ""}}, "wanted one of error, warning"),
        ("rules", {"x": {"level": "error", "field": "mood", "when": {}, "source": ""}}, "no column 'mood'"),
        ("derived", {"x": {"months": ["sex", "sex"]}}, "wanted one of years, days, born_later"),
        ("derived", {"x": {"years": ["birth_date", "mood"]}}, "no column 'mood'"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(
    definition: Definition, identity: IdentityDefinition, section: str, content: Mapping[str, Any], message: str
) -> None:
    wrong = replace(identity, settings={**identity.settings, section: content})
    with pytest.raises(DefinitionError, match=message):
        Rules.of(wrong, definition).faults(register(FORM), definition)
