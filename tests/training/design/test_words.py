"""Every caution speaks both languages and carries its figure."""

from __future__ import annotations

from datetime import date

import pytest

from features.definition import Label
from training.design import words

NAME = Label("模型", "model")


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        (words.no_random_arm(0.42), "42%"),
        (words.routine_disagrees(1.37), "1.37"),
        (words.answers_follow_rank(NAME, -0.21), "-21%"),
        (words.nested_visitors(0.93), "93%"),
        (words.frame_changed(date(2025, 7, 1), 0.3), "+30%"),
        (words.frame_incomplete(0.08), "8%"),
    ],
)
def test_both_languages_say_the_figure(text: Label, figure: str) -> None:
    assert figure in text.zh
    assert figure in text.en
