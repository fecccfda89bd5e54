"""Inputs made of events are told from the definition, and are all that emptying the events changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from tests.conftest import SMALL_PROVINCE
from training.cold.history import history_columns, without_events


def test_without_events_just_the_history_inputs_change_and_are_the_same_for_all(ledger: Path) -> None:
    definition, store = load_definition(), LedgerStore.open(ledger)
    county = store.counties()[0]
    tables = store.read(county).tables
    emptied = without_events(tables, definition)
    day = SMALL_PROVINCE.last_day
    full, bare = (build_feature_table(one, definition, day, county=county) for one in (tables, emptied))
    before, after, names = full.matrix(), bare.matrix(), np.array(full.contract.names)
    assert before.shape == after.shape
    history = history_columns(definition)
    changed = set(names[((before != after) & ~(np.isnan(before) & np.isnan(after))).any(axis=0)])
    assert changed <= history
    assert len(changed) > 20
    of_events = after[:, np.isin(names, sorted(history))]
    assert (np.isnan(of_events) | (of_events == of_events[0])).all()
    assert {len(rows) for name, rows in emptied.items() if definition.tables[name].kind == "event"} == {0}
    assert emptied["children"].height == tables["children"].height


def test_a_feature_of_another_that_reads_events_is_one_too() -> None:
    history = history_columns(load_definition())
    assert {"siblings_findings", "findings_own_730d"} <= history
    assert not history & {"siblings", "age", "village_children"}
