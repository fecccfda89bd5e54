"""A scored child in words: nothing is lost, nothing is added, both languages say it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from features.definition import Label
from features.definition.feature import feature_specs
from serving.batch.manifest import PolicyUsed
from serving.cases import NOT_ASSESSED, FeatureWords, OfficialLevel, case_of, due_words, level_note
from tests.builders import default_definition

POLICY = PolicyUsed(
    id="p",
    label=Label("规则", "rules"),
    counties=("520001",),
    rules={"red_item:no_hukou": Label("无户口", "no hukou"), "interval:red": Label("按等级走访", "by level")},
    levels={"red": Label("红色", "red")},
)
SPEC = feature_specs(default_definition())[0]
WORDS = FeatureWords.of(default_definition())
ROW: dict[str, Any] = {
    "child_id": "c1", "household_id": "h1", "region_code": "520001001001", "status": "scored", "duty": True,
    "duty_due_on": date(2018, 6, 1), "duty_overdue_days": 29, "band": "go_first", "official_level": "red",
    "official_level_on": date(2018, 1, 1), "official_level_by": "W1", "data_age_days": 12,
    "duty_rules": [
        {"rule": "red_item:no_hukou", "due_on": date(2018, 6, 1)}, {"rule": "interval:red", "due_on": date(2018, 7, 1)},
    ],
    "reasons_up": [{"feature": SPEC.name, "value": None, "contribution": 0.4, "date": None}],
    "reasons_down": [], "not_known": [SPEC.name], "domains_likely": ["medical"],
}  # fmt: skip


def test_duty_level_band_and_reasons_are_in_words() -> None:
    case = case_of(ROW, POLICY, WORDS)
    assert case.duty is not None
    assert [(words.en, day) for words, day in case.duty.rules] == [
        ("no hukou", date(2018, 6, 1)),
        ("by level", date(2018, 7, 1)),
    ]
    assert case.level == OfficialLevel(Label("红色", "red"), date(2018, 1, 1), "W1")
    assert case.band_words == Label("优先", "go first")
    assert case.not_known == (SPEC.label,)
    assert case.raising[0].zh
    assert case.raising[0].en
    assert case.lowering == ()


def test_a_likely_domain_says_what_to_ask_and_to_bring() -> None:
    case = case_of(ROW, POLICY, WORDS)
    assert case.likely is not None
    (medical,) = case.likely
    assert medical.name == default_definition().domains["medical"]
    assert (medical.ask, medical.bring) == (
        default_definition().visit_help["medical"].ask,
        default_definition().visit_help["medical"].bring,
    )
    assert case_of({**ROW, "domains_likely": []}, POLICY, WORDS).likely == ()


def test_a_refused_child_has_no_band_and_no_reasons() -> None:
    none = dict.fromkeys(("band", "reasons_up", "reasons_down", "not_known", "domains_likely"))
    case = case_of({**ROW, "status": "refused", "duty": False, **none}, POLICY, WORDS)
    assert case.refused
    assert case.duty is None
    assert case.band_words is None
    assert case.raising == case.lowering == case.not_known == ()
    assert case.likely is None


@pytest.mark.parametrize("level", [None, "violet"])
def test_a_level_nobody_assessed_or_declared_is_said_to_be_none(level: str | None) -> None:
    case = case_of({**ROW, "official_level": level, "official_level_on": None}, POLICY, WORDS)
    assert case.level.label == NOT_ASSESSED


def test_days_are_counted_from_the_as_of_date() -> None:
    assert "29" in due_words(date(2018, 6, 1), 29, date(2018, 6, 30)).en
    assert due_words(date(2018, 7, 5), 0, date(2018, 6, 30)).en == "due 2018-07-05, in 5 days"
    assert due_words(date(2018, 7, 5), 0, date(2018, 6, 30)).zh == "应于 2018-07-05 前，还有 5 天"


def test_today_and_one_day_are_said_as_people_say_them() -> None:
    today = date(2018, 6, 30)
    assert due_words(today, 0, today) == Label("今天到期（2018-06-30）", "due today (2018-06-30)")
    assert due_words(date(2018, 6, 29), 1, today) == Label(
        "应于 2018-06-29 前，已逾期 1 天", "due 2018-06-29, 1 day overdue"
    )
    assert due_words(date(2018, 7, 1), 0, today).en == "due 2018-07-01, in 1 day"


def test_a_level_is_noted_with_what_is_known_of_it() -> None:
    red, day = Label("红色", "red"), date(2018, 1, 1)
    assert level_note(OfficialLevel(red, day, "W1")).en == "red (assessed 2018-01-01 by W1)"
    assert level_note(OfficialLevel(red, day, None)).en == "red (assessed 2018-01-01)"
    assert level_note(OfficialLevel(red, None, "W1")) == red
