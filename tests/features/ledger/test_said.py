"""Every fault of a table is said in both languages beside it."""

from __future__ import annotations

from features.definition import load_definition
from features.ledger.faults import file_fault, join_faults
from features.ledger.said import rule_title, with_words

DEFINITION = load_definition()


def test_each_fault_has_its_words_and_keeps_its_place() -> None:
    faults = join_faults(
        [
            file_fault("a.csv", "dwelling", "code", "one of sound, poor, dangerous", "hut"),
            file_fault("a.csv", "closes", "order", "not before 'opens'"),
            file_fault("b.csv", "dwelling", "code", "one of sound, poor, dangerous", "tent"),
        ]
    )
    said = with_words(faults, DEFINITION)
    assert said.drop("问题", "problem").equals(faults)
    assert said["问题"].to_list() == [
        "“住房”填的不是可选项；可填：安全、简陋、危房；请改成其中一项。",
        "“办结日期”早于发现日期；请核对两个日期。",
        "“住房”填的不是可选项；可填：安全、简陋、危房；请改成其中一项。",
    ]
    assert said["problem"][1] == "'closed on' is before the day the need was found; check both dates."


def test_no_faults_are_no_words() -> None:
    assert with_words(join_faults([]), DEFINITION).is_empty()
    assert (rule_title("code", "zh"), rule_title("code", "en")) == ("不在可选项内", "Not one of the allowed words")
