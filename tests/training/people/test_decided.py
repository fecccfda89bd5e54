"""What people decided is joined to what the next visit found, and only where somebody looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.definition import Definition
from features.ledger.store import LedgerStore
from tests.training.people.made import DEFINITION, HOMES, SEEN_ON, decisions, facts, import_all
from tests.training.plans import small_plan
from training.people.decided import Decided, decided

CUT = date(2018, 12, 31)


def told(folder: Path, cut: date = CUT, definition: Definition = DEFINITION) -> Decided:
    return decided(LedgerStore.open(folder), definition, small_plan(), cut)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return import_all(tmp_path, facts(), decisions())


def test_a_need_is_known_only_where_a_child_was_assessed(ledger: Path) -> None:
    rows = told(ledger).ratings
    assert rows.height == HOMES
    assert rows["assessed"].sum() == HOMES / 2
    assert rows.filter(~rows["assessed"])["need"].null_count() == HOMES / 2
    assert rows["need"].sum() == HOMES / 4


def test_neither_names_a_household(ledger: Path) -> None:
    for rows in (told(ledger).ratings, told(ledger).overrides):
        assert "household_id" not in rows.columns
        assert not any(str(value).startswith("h1") for row in rows.rows() for value in row)


def test_an_override_stands_as_it_was_said_last(ledger: Path) -> None:
    assert told(ledger).overrides["withdrawn"].sum() == 1
    assert told(ledger, SEEN_ON.replace(day=10)).overrides["withdrawn"].sum() == 0


def test_a_visit_before_the_rating_or_after_the_horizon_says_nothing(tmp_path: Path) -> None:
    for name, day in (("early", date(2018, 7, 21)), ("late", date(2018, 1, 1))):
        moved = decisions()["ratings"].with_columns(rated_on=day, valid_from=day, recorded_on=day)
        ledger = import_all(tmp_path / name, facts(), {"ratings": moved})
        assert told(ledger).ratings["assessed"].sum() == 0


def test_a_ledger_nobody_decided_in_gives_empty_tables(tmp_path: Path) -> None:
    ledger = import_all(tmp_path, facts())
    for definition in (DEFINITION, replace(DEFINITION, decisions={})):
        found = told(ledger, definition=definition)
        assert found.ratings.is_empty()
        assert found.overrides.is_empty()
