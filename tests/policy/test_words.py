"""Rules and levels in words, in both languages."""

from __future__ import annotations

import pytest

from models.policy.policy import POLICIES, load_policy
from models.policy.words import level_words, rule_words
from tests.builders import default_definition
from tests.policy.cases import national


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("red_item:no_guardian", "无人监护", "no guardian"),
        ("interval:yellow", "按等级走访：黄色", "visit by official level: yellow"),
        ("interval:not_assessed", "按等级走访：未评级", "visit by official level: not assessed"),
        ("open_finding:medical:2", "未结发现跟进：医疗，中", "follow-up of an open finding: medical care, moderate"),
    ],
)
def test_a_rule_speaks_both_languages(rule: str, zh: str, en: str) -> None:
    assert rule_words(rule, national(), default_definition(), "zh") == zh
    assert rule_words(rule, national(), default_definition(), "en") == en


def test_a_level_speaks_and_a_missing_one_is_said() -> None:
    assert level_words("red", national(), "zh") == "红色"
    assert level_words(None, national(), "en") == "not assessed"
    assert level_words("red", load_policy(POLICIES / "plain.toml"), "en") == "not assessed"
