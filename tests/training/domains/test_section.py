"""The section says what each domain's model is worth, in both languages, and which domains have too few labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from features.definition import Label, load_definition
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from tests.training.trained import Trained, trained
from training.audit.context import audit_context
from training.audit.section import Section
from training.domains.estimate import DomainEstimate
from training.domains.interval import DomainIntervals
from training.domains.section import _finding, section
from training.evidence import read_evidence
from training.stability.resample import Interval


@pytest.fixture(scope="module")
def run(ledger: Path) -> Trained:
    return trained(ledger)


@pytest.fixture(scope="module")
def made(run: Trained, ledger: Path) -> Section:
    with audit_context(ledger, run.home, run.result.model_id, load_definition(), threads=1) as context:
        return section(context)


def test_every_domain_has_a_finding_a_row_and_a_bar(made: Section) -> None:
    words = load_definition().domains
    assert len(made.findings) == 1 + len(words)
    for name, finding in zip(words.values(), made.findings[:-1], strict=True):
        assert finding.zh.startswith(name.zh)
        assert finding.en.startswith(name.en)
    for table in made.tables:
        assert [cells[0] for cells in table.rows] == list(words.values())
        assert {len(cells) for cells in table.rows} == {len(table.columns)}
    assert all(name.en in made.pictures[0].en and name.zh in made.pictures[0].zh for name in words.values())


def test_a_domain_with_too_few_labels_says_so_and_how_few(made: Section, run: Trained) -> None:
    finding = next(one for one in made.findings if one.en.startswith("rehabilitation"))
    positives = int(made.figures["rehabilitation.fit_positives"] or 0)
    assert "标签太少" in finding.zh
    assert f"too few labels. {positives} new needs to fit (at least {run.plan.by_domain.least.fit})" in finding.en
    assert made.figures["rehabilitation.auc"] is None
    assert made.figures["rehabilitation.auc_lower"] is None


def test_figures_are_those_of_the_run(made: Section, run: Trained) -> None:
    evidence = read_evidence(run.home, run.result.model_id, load_definition())
    of_run = {name: value for name, value in evidence.figures.items() if name.startswith("domains.")}
    assert of_run
    assert {f"domains.{name}": value for name, value in made.figures.items()}.items() >= of_run.items()
    assert {one["domain"] for one in made.data.values() if isinstance(one, dict)} == set(load_definition().domains)


def said(run: Trained, one: DomainEstimate, ends: DomainIntervals | None) -> Label:
    bundle = load_bundle(ReleaseStore(run.home).bundles / run.result.model_id, load_definition())
    return _finding(one, Label("教育", "education"), ends, bundle.domains, run.plan)


@pytest.mark.slow
def test_a_finding_warns_of_what_is_no_better_than_lots_and_of_what_is_too_good(run: Trained) -> None:
    one = replace(run.result.domains[0], fitted=True, base_rate=0.04, auc=0.8)
    ends = DomainIntervals(Interval(0.8, 0.7, 0.9), Interval(0.12, None, None))
    plain = said(run, one, ends)
    assert plain.en == (
        "education: AUC 0.80 (0.70–0.90); of the children it is called likely for 12% had a new need in it, "
        "of all children 4.0%."
    )
    assert "No better than lots" in said(run, replace(one, auc=0.5), ends).en
    assert "好得可疑" in said(run, replace(one, auc=0.97), ends).zh
    never = DomainIntervals(ends.auc, Interval(None, None, None))
    assert "likely for no child" in said(run, one, never).en


@pytest.mark.slow
def test_a_model_that_cannot_be_judged_says_so(run: Trained) -> None:
    one = replace(run.result.domains[0], fitted=True, positives=4, auc=None)
    finding = said(run, one, None)
    assert "4 new needs in the test window (at least 20)" in finding.en
    assert "无法估计" in finding.zh
