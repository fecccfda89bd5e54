"""The section on counties without any visit, on the shared trained model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.training.audited import audited
from training.audit.page import render_page
from training.audit.report import make_report
from training.audit.section import Section
from training.cold.measure import COLD, Simple, cold_rows, see_orders, simple_orders
from training.cold.section import section
from training.evaluation import MODEL, RANDOM, ranking
from training.labels import LABEL


@pytest.fixture(scope="module")
def cold(ledger: Path) -> Section:
    return section(audited(ledger))


def test_the_same_rows_are_scored_without_events(cold: Section, ledger: Path) -> None:
    context = audited(ledger)
    rows = cold_rows(context.evidence, context.store, context.bundle, context.definition)
    known = context.evidence.estimate_rows("known")
    assert rows.height == known.height
    assert (rows[COLD] != rows[MODEL]).mean() > 0.5  # type: ignore[operator]
    measured = ranking(rows, COLD, context.evidence.plan)
    assert cold.figures["auc"] == pytest.approx(measured.auc)
    assert cold.figures["precision_at_k"] == pytest.approx(measured.at_k.precision)
    full = ranking(known, MODEL, context.evidence.plan)
    assert cold.figures["full_auc"] == pytest.approx(full.auc)
    assert cold.figures["full_precision_at_k"] == pytest.approx(full.at_k.precision)


def test_figures_have_their_ends_and_events_were_worth_something(cold: Section) -> None:
    figures = cold.figures
    for name in ("auc", "precision_at_k", "gain_over_simple"):
        lower, value, upper = (figures[one] for one in (f"{name}_lower", name, f"{name}_upper"))
        assert lower is not None
        assert value is not None
        assert upper is not None
        assert lower < value < upper
    assert 0.5 < (figures["auc"] or 0) < (figures["full_auc"] or 0)
    assert (figures["outside_share"] or 0) < 0.05
    gain = (figures["precision_at_k"] or 0) - cold.data["orders"][cold.data["simple"]]["precision"]["value"]  # type: ignore[index]
    assert figures["gain_over_simple"] == pytest.approx(gain)


def test_the_rival_of_a_county_without_visits_needs_none(ledger: Path) -> None:
    context = audited(ledger)
    simple = simple_orders(context.evidence, context.definition)
    assert simple.without_events in {"level_first", "points_first", RANDOM}


def test_the_page_says_it_in_both_languages_and_names_nobody(cold: Section, ledger: Path) -> None:
    context = audited(ledger)
    html = render_page(make_report(context.evidence, "left_behind", (cold,)))
    for words in ("新摸排的县", "A newly investigated county", "model, no visit on record", "没有走访记录"):
        assert words in html
    assert all(any("一" <= letter <= "鿿" for letter in words.zh) for words in cold.findings)
    assert context.evidence.rows["test"]["child_id"][0] not in json.dumps(cold.data)


def test_without_rows_or_labels_nothing_is_a_number(ledger: Path) -> None:
    context = audited(ledger)
    rows = context.evidence.rows
    unlabelled = {name: one.with_columns(pl.lit(None, dtype=pl.Boolean).alias(LABEL)) for name, one in rows.items()}
    for changed in (unlabelled, {name: one.clear() for name, one in rows.items()}):
        found = section(replace(context, evidence=replace(context.evidence, rows=changed)))
        assert found.figures["auc"] is None
        assert found.figures["gain_over_simple"] is None
        assert any("?" in words.en for words in found.findings)
    names = [one.name for one in see_orders(rows["test"].clear(), Simple("", ""), context.evidence.plan)]
    assert names == [COLD, MODEL, RANDOM]
