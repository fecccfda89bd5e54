"""Sections are made in the order of the report, and each key is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import Label
from tests.training.audited import audited
from training.audit.section import Section
from training.audit.sections import chosen_makers, run_sections, section_makers


def test_the_report_begins_with_what_the_model_adds_and_holds_every_section_once() -> None:
    keys = list(section_makers())
    assert keys[0] == "known"
    assert {
        "at_k",
        "new_county",
        "strata",
        "replay",
        "visitor",
        "domains",
        "groups",
        "equal_recall",
        "ablations",
        "cold_start",
    } <= set(keys)


def test_only_those_asked_for_are_made() -> None:
    assert list(chosen_makers(["groups", "known"])) == ["known", "groups"]
    with pytest.raises(UserError, match="no section 'gruops'") as caught:
        chosen_makers(["gruops"])
    assert "groups" in caught.value.hint


@pytest.mark.slow
def test_each_is_told_to_the_progress(ledger: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def listen(done: int, total: int, note: str = "") -> None:
        told.append((done, total, note))

    context = replace(audited(ledger), progress=listen)
    empty = Section("a", Label("甲", "a"), ())
    made = run_sections(context, {"a": lambda _: empty, "b": lambda _: replace(empty, key="b")})
    assert [one.key for one in made] == ["a", "b"]
    assert told == [(0, 2, "a"), (1, 2, "b"), (2, 2, "done")]
