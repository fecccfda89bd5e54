"""The simulator's words are the definition's codes."""

from __future__ import annotations

import pytest

from features.definition import load_definition
from features.simulator import words
from features.simulator.state_tables import CHILD_WORDS, HOUSEHOLD_WORDS

LISTS = {
    **{column: ("children", word) for column, word in CHILD_WORDS.items()},
    **{column: ("households", word) for column, word in HOUSEHOLD_WORDS.items()},
    "sex": ("children", words.Sex), "ethnicity": ("children", words.Ethnicity), "health": ("children", words.Health),
    "aid_received": ("households", words.Aid), "purpose": ("visits", words.Purpose),
    "domain": ("findings", words.Domain),
    "status": ("findings", words.Status), "stratum": ("assignments", words.Stratum),
    "domains_assessed": ("assessments", words.Domain),
}  # fmt: skip


@pytest.mark.parametrize("column", LISTS)
def test_words_are_the_codes_of_the_definition(column: str) -> None:
    table, word = LISTS[column]
    definition = load_definition()
    assert set(word.codes()) == set(definition.code_values(definition.tables[table].columns[column]))


def test_values_index_the_codes() -> None:
    assert [word.value for word in words.Guardian] == list(range(len(words.Guardian)))
    assert words.Guardian.codes()[words.Guardian.ONE_PARENT] == "one_parent"
