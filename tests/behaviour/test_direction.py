"""Where the definition says which way a fact may work, it works that way for every child."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.release.bundle import load_bundle
from models.risk_model import RiskModel
from tests.training.trained import trained

STEPS = 9


@pytest.fixture(scope="module")
def model(ledger: Path) -> RiskModel:
    return load_bundle(trained(ledger).result.bundle, load_definition()).model


@pytest.fixture(scope="module")
def rows(ledger: Path) -> np.ndarray:
    """Feature values of sixty children on the last as-of date."""
    store, dates = LedgerStore.open(ledger), trained(ledger).result.dates
    county = store.counties()[0]
    as_of = date.fromisoformat(dates["test"][1])
    return build_feature_table(store.read(county).tables, load_definition(), as_of, county=county).matrix()[:60]


def test_no_feature_ever_works_against_its_direction(model: RiskModel, rows: np.ndarray) -> None:
    directed = [place for place, direction in enumerate(model.contract.directions) if direction]
    assert directed
    for place in directed:
        low, high = model.contract.ranges[place]
        swept = np.repeat(rows, STEPS, axis=0)
        swept[:, place] = np.tile(np.linspace(low, high, STEPS, dtype=np.float32), len(rows))
        change = np.diff(model.score(swept).reshape(len(rows), STEPS), axis=1) * model.contract.directions[place]
        assert (change >= -1e-9).all(), model.contract.names[place]


def test_some_directed_feature_does_work(model: RiskModel, rows: np.ndarray) -> None:
    moved = []
    for place, direction in enumerate(model.contract.directions):
        if direction:
            low, high = model.contract.ranges[place]
            ends = np.repeat(rows, 2, axis=0)
            ends[:, place] = np.tile(np.array([low, high], dtype=np.float32), len(rows))
            moved.append(np.abs(np.diff(model.score(ends).reshape(-1, 2), axis=1)).max())
    assert max(moved) > 0.05
