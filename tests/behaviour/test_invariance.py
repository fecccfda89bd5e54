"""What must not change a score: protected facts, who visits, and the order of rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.definition import load_definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.release.bundle import load_bundle
from models.risk_model import RiskModel
from tests.training.trained import trained

# Where a child lives says which villages' facts stand around it, so the region is not dealt anew here.
PLACE = (s.HOUSEHOLDS, s.REGION)


@pytest.fixture(scope="module")
def model(ledger: Path) -> RiskModel:
    return load_bundle(trained(ledger).result.bundle, load_definition()).model


@pytest.fixture(scope="module")
def tables(ledger: Path) -> dict[str, pl.DataFrame]:
    store = LedgerStore.open(ledger)
    return dict(store.read(store.counties()[0]).tables)


@pytest.fixture(scope="module")
def as_of(ledger: Path) -> date:
    return date.fromisoformat(trained(ledger).result.dates["test"][1])


def scores(model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date) -> np.ndarray:
    county = tables[s.HOUSEHOLDS][s.REGION].drop_nulls()[0][: s.COUNTY_DIGITS]
    table = build_feature_table(tables, load_definition(), as_of, county=county)
    return model.score(table.matrix())


def dealt_anew(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.with_columns(frame[column].shuffle(seed=1).alias(column))


def protected() -> list[tuple[str, str]]:
    return [place for place in load_definition().protected_columns if place != PLACE]


@pytest.mark.parametrize(("table", "column"), protected(), ids=str)
def test_a_protected_fact_changes_no_score(
    model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date, table: str, column: str
) -> None:
    changed = {**tables, table: dealt_anew(tables[table], column)}
    assert not changed[table][column].equals(tables[table][column])
    assert np.array_equal(scores(model, changed, as_of), scores(model, tables, as_of))


def test_all_protected_facts_together_change_no_score(
    model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date
) -> None:
    changed = dict(tables)
    for table, column in protected():
        changed[table] = dealt_anew(changed[table], column)
    assert np.array_equal(scores(model, changed, as_of), scores(model, tables, as_of))


def test_who_visits_changes_no_score(model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date) -> None:
    changed = {**tables, s.VISITS: dealt_anew(tables[s.VISITS], s.VISITOR)}
    assert not changed[s.VISITS].equals(tables[s.VISITS])
    assert np.array_equal(scores(model, changed, as_of), scores(model, tables, as_of))


def test_no_input_is_made_of_a_visitor_or_a_protected_column(model: RiskModel) -> None:
    barred = {s.VISITOR, *(column for _, column in load_definition().protected_columns)}
    for name, source in zip(model.contract.names, model.contract.sources, strict=True):
        assert not any(word in name or word == source for word in barred), name


def test_the_order_of_rows_changes_no_score(model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date) -> None:
    changed = {name: frame.sample(fraction=1.0, shuffle=True, seed=3) for name, frame in tables.items()}
    assert np.allclose(scores(model, changed, as_of), scores(model, tables, as_of), rtol=0, atol=1e-9)


def test_what_support_is_given_changes_no_score(model: RiskModel, tables: dict[str, pl.DataFrame], as_of: date) -> None:
    """Our own services are neither label nor input."""
    changed = dict(tables)
    for column in (name for name in tables[s.CHILDREN].columns if name.startswith("support_")):
        changed[s.CHILDREN] = dealt_anew(changed[s.CHILDREN], column)
    assert not changed[s.CHILDREN].equals(tables[s.CHILDREN])
    assert np.array_equal(scores(model, changed, as_of), scores(model, tables, as_of))
