"""Likely domains in words, from the definition alone."""

from __future__ import annotations

from features.definition import Label
from serving.likely import NONE_LIKELY, domain_words, in_one_line, likely_line, listed
from tests.builders import default_definition

ONE, TWO = Label("一", "one"), Label("二", "two")


def test_words_are_those_of_the_definition_in_the_order_given() -> None:
    definition = default_definition()
    found = domain_words(["medical", "living"], definition)
    assert found is not None
    assert [words.name for words in found] == [definition.domains["medical"], definition.domains["living"]]
    assert found[0].bring == definition.visit_help["medical"].bring
    assert found[1].ask == definition.visit_help["living"].ask


def test_nothing_said_is_not_nothing_likely() -> None:
    assert domain_words(None, default_definition()) is None
    assert domain_words([], default_definition()) == ()


def test_lists_and_lines_in_both_languages() -> None:
    assert listed([ONE, TWO]) == Label("一、二", "one, two")
    assert in_one_line([ONE, TWO]) == Label("一；二", "one; two")
    assert likely_line(()) == NONE_LIKELY
    words = domain_words(["medical"], default_definition())
    assert words is not None
    assert likely_line(words) == default_definition().domains["medical"]
