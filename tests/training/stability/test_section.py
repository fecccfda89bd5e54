"""The section on the first places, on the shared trained model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from tests.training.audited import audited
from training.audit.section import Section
from training.evaluation import MODEL, ranking
from training.labels import LABEL
from training.stability.section import section


@pytest.fixture(scope="module")
def first_places(ledger: Path) -> Section:
    return section(audited(ledger))


def test_the_figures_that_rules_read_are_there(first_places: Section, ledger: Path) -> None:
    evidence = audited(ledger).evidence
    figures = first_places.figures
    model = ranking(evidence.estimate_rows("known"), MODEL, evidence.plan)
    assert first_places.key == "at_k"
    assert 0 < (figures["stability_least"] or 0) <= (figures["stability"] or 0) < 1
    assert figures["null_share"] == pytest.approx(model.at_k.null_share)
    assert figures["child_precision"] == pytest.approx(model.at_k.precision)
    for view in ("child", "not_served", "household", "household_of_1"):
        assert f"{view}_gain" in figures


def test_every_order_stands_with_its_ties(first_places: Section) -> None:
    _, ties, regret, features = first_places.tables
    names = [row[0] for row in ties.rows]
    assert [name.en for name in names if not isinstance(name, str)][:3] == ["model", "at random", "overdue first"]
    assert len(names) == len(regret.rows) == 9
    assert len(features.rows) == 6


def test_every_sentence_and_cell_stands_in_both_languages_and_nobody_is_named(
    first_places: Section, ledger: Path
) -> None:
    for words in first_places.findings:
        assert any("一" <= letter <= "鿿" for letter in words.zh)
        assert words.en.isascii()
    assert all(len(row) == len(table.columns) for table in first_places.tables for row in table.rows)
    said = json.dumps(first_places.data, ensure_ascii=False)
    assert audited(ledger).evidence.rows["test"]["child_id"][0] not in said


def test_without_a_label_chance_stands_for_the_baseline_and_nothing_is_a_number(ledger: Path) -> None:
    context = audited(ledger)
    nobody = pl.lit(None, dtype=pl.Boolean).alias(LABEL)
    rows = {window: frame.with_columns(nobody) for window, frame in context.evidence.rows.items()}
    found = section(replace(context, evidence=replace(context.evidence, rows=rows)))
    assert found.figures["null_share"] == 1
    assert found.figures["child_gain"] is None
    assert any("chance stands in its place" in words.en for words in found.findings)
    assert any("not estimable" in words.en for words in found.findings)
