"""Reasons in words: both languages, rounded, with a date, and nothing left unfilled."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from features.definition import Language
from features.definition.feature import FeatureSpec, feature_specs
from features.definition.model import Label
from models.reasons import Reason
from models.sentences import date_text, sentence, value_text
from tests.builders import default_definition

DAY = date(2016, 7, 3)
LANGUAGES: tuple[Language, ...] = get_args(Language)
SPECS = feature_specs(default_definition())
ANY = SPECS[0]


def reason(spec: FeatureSpec, value: float | None, contribution: float = 0.3, day: date | None = DAY) -> Reason:
    return {"feature": spec.name, "value": value, "contribution": contribution, "date": day}


def values_of(spec: FeatureSpec) -> list[float | None]:
    """A value of every kind the feature may take: each coded one, none, one, a broken number, not known."""
    if spec.value_labels:
        return [*spec.value_labels, None]
    return [0.0, 1.0, 0.123456, 7.98765, None]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_declared_feature_can_be_said(spec: FeatureSpec, language: Language) -> None:
    for value in values_of(spec):
        for contribution in (0.3, -0.3):
            for day in (DAY, None):
                said = sentence(reason(spec, value, contribution, day), default_definition(), language)
                assert said.strip()
                assert "{" not in said
                assert "}" not in said
                assert "nan" not in said.lower().split()
                assert not re.search(r"\d\.\d{3,}", said), said
                assert bool(re.search(r"[\u4e00-\u9fff]", said)) == (language == "zh"), said


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_what_is_not_known_is_said_to_be_so(spec: FeatureSpec) -> None:
    known = {
        sentence(reason(spec, value), default_definition(), "en") for value in values_of(spec) if value is not None
    }
    unknown = sentence(reason(spec, None), default_definition(), "en")
    assert unknown not in known
    assert unknown == spec.sentences.unknown.en.format(label=spec.label.en)


@pytest.mark.parametrize("spec", [spec for spec in SPECS if spec.codes], ids=lambda spec: spec.name)
def test_a_category_is_said_by_the_word_of_the_code_that_holds(spec: FeatureSpec) -> None:
    column = default_definition().tables[spec.table].columns[spec.options["column"]]
    for place, code in enumerate(spec.codes):
        words = default_definition().codes[column.codes or ""][code]
        for language in LANGUAGES:
            assert value_text(spec, float(place), language) == words.text(language)


def shown(value: float, **changes: Any) -> str:
    return value_text(replace(ANY, value_labels={}, share=False, **changes), value, "en")


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(3.0, 0, "3"), (2.6, 0, "3"), (12.345, 1, "12.3"), (12.0, 2, "12"), (0.5, 2, "0.5"), (0.126, 5, "0.13"),
     (-0.4, 0, "0"), (-0.001, 2, "0"), (-1.25, 1, "-1.2"), (100.0, 0, "100"), (1500.0, 1, "1500")],
)  # fmt: skip
def test_numbers_are_rounded_for_people(value: float, decimals: int, expected: str) -> None:
    assert shown(value, decimals=decimals) == expected


@pytest.mark.parametrize(("value", "expected"), [(0.0, "0%"), (0.256, "26%"), (1.0, "100%")])
def test_a_share_is_said_in_per_cent(value: float, expected: str) -> None:
    assert value_text(replace(ANY, value_labels={}, share=True), value, "zh") == expected


def test_a_value_with_a_word_is_said_by_it() -> None:
    spec = replace(ANY, value_labels={2.0: Label("中", "moderate")})
    assert value_text(spec, 2.0, "zh") == "中"
    assert value_text(spec, 2.0, "en") == "moderate"


def test_days_are_written_as_people_write_them() -> None:
    assert date_text(DAY, "zh") == "2016年7月3日"
    assert date_text(DAY, "en") == "3 July 2016"


def test_a_feature_the_definition_does_not_declare_has_no_words() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        sentence({"feature": "shoe_size", "value": 1.0, "contribution": 1.0, "date": None}, default_definition(), "en")


@pytest.mark.parametrize("value", [1.0, 2.0, 11.0])
def test_one_of_a_thing_is_said_in_the_singular(value: float) -> None:
    spec = next(one for one in SPECS if one.name.startswith("guardianship_changes"))
    said = sentence(reason(spec, value), default_definition(), "en")
    assert (f"{value:.0f} time in" if value == 1 else f"{value:.0f} times in") in said
