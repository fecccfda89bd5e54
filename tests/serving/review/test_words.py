"""The catalogue: every word a page asks for is there in both languages, and none is left over."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import pytest

import serving.review
from features.definition.structure import SIMULATED_SOURCE
from models.policy.lists.draw import KINDS
from models.release.regions import Standing
from serving.review.cases.timeline import Kind
from serving.review.exchange.export import REVIEW_SOURCE
from serving.review.overrule import overrule_settings
from serving.review.settings import settings
from serving.review.store.accounts import Role
from serving.review.store.decisions import CorrectionState, Rating
from serving.review.store.lists import Status
from serving.review.store.visits import EventKind
from serving.review.words import Words, catalogue, counted, preferred
from serving.review.work.ask_scoring import NO_MODEL, NO_SERVICE
from serving.review.work.my_list import Order, Why
from serving.review.work.new_place import LATER, NO_FACTS
from serving.review.work.overrides import ThreadState
from serving.review.work.pool import SHOWS
from serving.review.work.rights_settings import rights_settings
from serving.review.work.workload import WHICH
from serving.review.workbook.layout import VISIBLE

ROOT = Path(serving.review.__file__).parent
CODES = {
    "role": {role.value for role in Role},
    "status": {status.value for status in Status},
    "band": {rating.value for rating in Rating},
    "wanted": {rating.value for rating in Rating},
    "overrule_reason": set(overrule_settings().reasons),
    "workbook": set(VISIBLE),
    "list_why": set(get_args(Why)[1:]),
    "list_order": {"place", *get_args(Order)[1:]},
    "overrides": {state.value for state in ThreadState},
    "reason": {code for codes in settings().reasons.values() for code in codes},
    "action": {"read", "write"},
    "decline_reason": set(rights_settings().corrections.decline_reasons),
    "correction_state": {state.value for state in CorrectionState},
    "correction_said": {state.value for state in CorrectionState},
    "new_place": {NO_FACTS, LATER, NO_SERVICE, NO_MODEL, "village", "county", "on_list"},
    "fact_source": {SIMULATED_SOURCE, REVIEW_SOURCE, "form"},
    "family_right": {"see", "correct", "delete", "explain", "refuse", "child"},
    "pool_show": set(SHOWS),
    "pool_why": {*KINDS, "by_hand", "next"},
    "places_which": set(WHICH),
    "county_standing": set(get_args(Standing)),
    "item": {"up", "down", "not_known"},
    "household": {"ask", "bring"},
    "event": {*get_args(Kind), *(kind.value for kind in EventKind)},
}


def sources() -> str:
    paths = [*ROOT.rglob("*.py"), *ROOT.rglob("*.jinja")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def named(text: str) -> set[str]:
    """The words that code and templates name in full, and those of code lists and faults."""
    sections = {key.split(".")[0] for key in catalogue()}
    full = set(re.findall(rf"[\"']((?:{'|'.join(sections)})\.[a-z_]+)[\"']", text))
    full = {key for key in full if not key.endswith((".id", ".toml", ".xlsx"))}  # columns of the database, and files
    # A section whose keys are put together from data: which of them occur stands in that data.
    made = set(re.findall(rf"[\"']({'|'.join(sections)})\.(?:[\"'] ~|{{)", text)) - CODES.keys()
    full |= {key for key in catalogue() if key.split(".")[0] in made or key.endswith(".id")}
    faults = {f"fault.{code}" for code in re.findall(r"[\"']([a-z]+_[a-z_]+)[\"']", text)} & set(catalogue())
    purposes = {key for key in catalogue() if key.startswith("purpose.")}
    return full | faults | purposes | {f"{section}.{code}" for section, codes in CODES.items() for code in codes}


def test_every_word_asked_for_is_there_and_none_is_left_over() -> None:
    asked = named(sources())
    assert asked - set(catalogue()) == set()
    assert set(catalogue()) - asked == set()


def test_every_fault_and_purpose_of_the_code_has_its_words() -> None:
    text = sources()
    faults = set(re.findall(r"FaultError\(\"([a-z_]+)\"", text)) | set(
        re.findall(r"return \"(password_[a-z]+)\"", text)
    )
    assert len(faults) >= 15
    assert {f"fault.{code}" for code in faults} <= set(catalogue())
    purposes = set(re.findall(r"note\(\s*session, viewer, \"([a-z_]+)\"", text))
    assert {f"purpose.{code}" for code in purposes} <= set(catalogue())


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_say_the_same_things(key: str) -> None:
    words = catalogue()[key]
    assert words.zh.strip()
    assert words.en.strip()
    names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (words.zh, words.en)]
    assert names[0] == names[1]
    if key == "app.language":
        return
    assert not re.search(r"[\u4e00-\u9fff]", words.en), "Chinese in the English words"
    # Words that say nothing but values and marks need none.
    says = re.search(r"[a-z]", re.sub(r"{[^}]*}", "", words.zh), re.IGNORECASE)
    assert not says or re.search(r"[\u4e00-\u9fff]", words.zh), "no Chinese in the Chinese words"


def test_a_word_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Words("zh")("list.nowhere")


def test_days_and_moments_by_the_clock_of_the_work() -> None:
    late = datetime(2018, 7, 5, 16, 30, tzinfo=UTC)
    assert Words("zh").moment(late) == "2018年7月6日 00:30"
    assert Words("en").moment(late) == "6 Jul 2018 00:30"
    assert Words("en").day(date(2018, 7, 5), year=False) == "5 Jul"
    assert Words("zh").day(date(2018, 7, 5), year=False) == "7月5日"


@pytest.mark.parametrize(
    ("accept", "language"),
    [("", "zh"), ("en-GB,en;q=0.9", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.3,zh;q=0.5", "zh"),
     ("de,en;q=0.5", "en"), ("fr", "zh"), ("en;q=x", "zh")],
)  # fmt: skip
def test_the_language_a_browser_asks_for(accept: str, language: str) -> None:
    assert preferred(accept) == language


def test_of_one_it_says_the_word_for_one() -> None:
    words = Words("en")
    assert words("visit.said", seen=1, findings=2) == "1 child seen, 2 findings"
    assert words("visit.said", seen=2, findings=1) == "2 children seen, 1 finding"
    assert words("list.left", days=1) == "1 day left"
    assert words("list.left", days=0) == "0 days left"
    assert words("list.on_the_way", visits="1", duties="1") == "1 visit, 1 of them a duty"
    assert Words("zh")("visit.said", seen=1, findings=1) == "1 名儿童见到，1 项发现"


def test_every_word_for_one_or_many_follows_a_number_of_its_own() -> None:
    for key, label in catalogue().items():
        for name in re.findall(r"\[(\w+): ", label.en):
            assert f"{{{name}}}" in label.en, key
        assert "[" not in counted(label.en, dict.fromkeys(re.findall(r"\[(\w+): ", label.en), 2)), key
