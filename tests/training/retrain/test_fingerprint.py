"""What a model is made of: the same is the same, and each part that changes is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from features.definition import load_definition
from features.ledger.store import LedgerStore
from tests.training.plans import small_plan
from training.retrain.fingerprint import Fingerprint, code_hash


def test_the_same_ledger_plan_definition_and_code_have_changed_in_nothing(ledger: Path) -> None:
    store, definition = LedgerStore.open(ledger), load_definition()
    made = Fingerprint.of(store, small_plan(), definition)
    assert made == Fingerprint(store.content_hash(), small_plan().hash, definition.hash, code_hash())
    assert made.changed(Fingerprint.of(LedgerStore.open(ledger), small_plan(), definition)) == ()


def test_every_part_that_changed_is_named_and_all_are_where_there_was_nothing() -> None:
    made = Fingerprint("d", "p", "f", "c")
    assert made.changed(None) == ("data", "plan", "definition", "code")
    assert made.changed(replace(made, data="other")) == ("data",)
    assert made.changed(replace(made, plan="other", code="other")) == ("plan", "code")
