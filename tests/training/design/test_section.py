"""The section on the small province, on made lists, and without lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.definition import load_definition
from tests.training.design.made import DAYS, Shape, make_rows
from tests.training.trained import trained
from training.audit.context import AuditContext, audit_context
from training.audit.section import Section
from training.design.rules import load_rules
from training.design.section import KEY, design_section, section
from training.evidence import Evidence, read_evidence

DEFINITION, RULES = load_definition(), load_rules()
QUANTITIES = ("prevalence", "precision_at_k", "recall_at_k", "found_per_places")
ENDS = ("", "_lower", "_upper", "_least", "_most", "_null_share")


@pytest.fixture(scope="module")
def context(ledger: Path) -> Iterator[AuditContext]:
    run = trained(ledger)
    with audit_context(ledger, run.home, run.result.model_id, DEFINITION, threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def evidence(ledger: Path) -> Evidence:
    run = trained(ledger)
    return read_evidence(run.home, run.result.model_id, DEFINITION)


def with_scores(evidence: Evidence, rows: pl.DataFrame) -> Evidence:
    """Evidence whose test rows are the made children on two of the lists' dates."""
    scored = rows.filter(pl.col("as_of").is_in(list(DAYS[2:]))).with_columns(pl.col("last_finding").alias("model"))
    kept = scored.select("child_id", "household_id", "as_of", "label", "model", "overdue_first", "last_finding")
    return replace(evidence, rows={"test": kept})


def told(made: Section) -> dict[str, float | None]:
    assert set(made.figures) == {"random_arm", *(name + end for name in QUANTITIES for end in ENDS)}
    json.dumps(made.data, allow_nan=False)
    return dict(made.figures)


def test_the_small_province_has_a_random_arm_and_too_little_of_it(context: AuditContext) -> None:
    made = section(context)
    figures = told(made)
    assert made.key == KEY == "strata"
    assert figures["random_arm"] == 1.0
    assert (figures["prevalence_least"] or 0) < (figures["prevalence_most"] or 0)
    assert len(made.tables) <= 3
    assert all(finding.zh and finding.en for finding in made.findings)


def test_made_lists_give_every_figure(evidence: Evidence) -> None:
    rows = make_rows(Shape(households=4_000))
    figures = told(design_section(rows, with_scores(evidence, rows), DEFINITION, RULES))
    for name in ("prevalence", "precision_at_k", "recall_at_k"):
        value, low, high = (figures[name + end] for end in ("", "_lower", "_upper"))
        assert value is not None
        assert low is not None
        assert high is not None
        assert low < value < high
    assert (figures["precision_at_k"] or 0) > (figures["prevalence"] or 1)


def test_no_figure_is_told_without_random_places_and_the_report_says_why(evidence: Evidence) -> None:
    rows = make_rows(Shape(lot=0.0))
    made = design_section(rows, with_scores(evidence, rows), DEFINITION, RULES)
    figures = told(made)
    assert figures["random_arm"] == 0.0
    assert [figures[name] for name in QUANTITIES] == [None] * 4
    assert "no random places" in made.findings[0].en
    assert (figures["prevalence_most"] or 0) - (figures["prevalence_least"] or 1) > 0.5


def test_lists_on_other_dates_than_the_models_give_prevalence_alone(evidence: Evidence) -> None:
    rows = make_rows(Shape(households=4_000, lists=2))
    figures = told(design_section(rows, with_scores(evidence, make_rows(Shape())), DEFINITION, RULES))
    assert figures["prevalence"] is not None
    assert figures["recall_at_k"] is None


def test_answers_that_follow_the_models_order_are_told(evidence: Evidence) -> None:
    rows = make_rows(Shape(households=2_000, answers=0.6, upper_answers=0.3))
    made = design_section(rows, with_scores(evidence, rows), DEFINITION, RULES)
    assert any("'model'" in finding.en for finding in made.findings)


def test_a_ledger_without_lists_says_so(evidence: Evidence) -> None:
    made = design_section(make_rows(Shape()).clear(), evidence, DEFINITION, RULES)
    figures = told(made)
    assert figures["random_arm"] == 0.0
    assert all(value is None for name, value in figures.items() if name != "random_arm")
    assert "no list" in made.findings[0].en
