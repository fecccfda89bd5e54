"""The rows that speak of one child."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.history import child_history
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from tests.builders import make_tables, retraction, write_source

SPRING, SUMMER = date(2016, 4, 1), date(2016, 6, 1)


@pytest.fixture
def store(tmp_path: Path) -> LedgerStore:
    tables = make_tables(
        households=[{"household_id": "h1"}, {"household_id": "h2"}],
        children=[
            {"row_id": "wrong", "boarding": True},
            {"child_id": "c2"},
            {"child_id": "c3", "household_id": "h2"},
            retraction("children", "wrong", SPRING),
            {"row_id": "right", "boarding": False, "recorded_on": SPRING},
        ],
        visits=[{}],
        assessments=[{}, {"child_id": "c2"}],
        findings=[{"finding_id": "f1", "child_id": None}, {"finding_id": "f2"}, {"finding_id": "f3", "child_id": "c2"}],
    )
    report = import_folder(write_source(tables, tmp_path / "s"), tmp_path / "l", load_definition())
    assert report.faults.is_empty(), report.faults.to_dicts()
    return LedgerStore.open(tmp_path / "l")


def test_all_rows_of_the_child_and_its_household_but_not_of_siblings(store: LedgerStore) -> None:
    history = child_history(store, "c1")
    assert {name: frame.height for name, frame in history.items()} == {
        "households": 1, "children": 3, "visits": 1, "assessments": 1, "findings": 2,
    }  # fmt: skip
    assert history["findings"]["finding_id"].to_list() == ["f1", "f2"]


def test_only_what_was_known_on_the_day(store: LedgerStore) -> None:
    assert child_history(store, "c1", date(2016, 3, 1))["children"]["row_id"].to_list() == ["wrong"]
    assert child_history(store, "c1", SUMMER)["children"]["row_id"].to_list() == ["right"]
    assert "visits" not in child_history(store, "c1", SPRING)


def test_a_child_nobody_knows_or_knew_by_then(store: LedgerStore) -> None:
    with pytest.raises(UserError, match="no child 'c9'"):
        child_history(store, "c9")
    with pytest.raises(UserError, match="was not known on 2015-01-01"):
        child_history(store, "c1", date(2015, 1, 1))
