"""An audit from a model to its files and its tracked run."""

from __future__ import annotations

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from models.policy.equal_recall import read_equal_recall
from models.release.mirror import DATABASE
from tests.training.trained import trained
from training.audit.run import AuditRequest, run_audit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shared home, so that other tests find no audit in it."""
    return Path(shutil.copytree(trained(ledger).home, tmp_path_factory.mktemp("audited") / "home"))


def request(ledger: Path, home: Path, *only: str) -> AuditRequest:
    return AuditRequest(ledger, home, trained(ledger).result.model_id, load_definition(), only, workers=1)


def test_a_part_is_kept_apart_and_not_tracked(ledger: Path, home: Path) -> None:
    made = run_audit(request(ledger, home, "equal_recall"))
    assert (made.page.name, made.data.name, made.run_id) == ("audit-part.html", "audit-part.json", None)
    assert list(json.loads(made.data.read_text(encoding="utf-8"))["sections"]) == ["equal_recall"]
    kept = read_equal_recall((made.page.parent / "equal_recall.json").read_text(encoding="utf-8"))
    assert not any(one.switched_on for one in kept)


def test_a_part_that_stands_is_the_audit_and_is_tracked_with_its_figures(ledger: Path, home: Path) -> None:
    asked = request(ledger, home, "known", "groups", "equal_recall")
    made = run_audit(replace(asked, stands=True))
    assert (made.page.name, made.data.name) == ("audit.html", "audit.json")
    assert made.page.stat().st_size < 1_500_000
    assert made.run_id == trained(ledger).result.run_id
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow's own code
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{(home / DATABASE).resolve()}")
        run = client.get_run(made.run_id)
        logged = {one.path for one in client.list_artifacts(made.run_id, "audit")}
    assert logged == {"audit/audit.html", "audit/audit.json", "audit/equal_recall.json"}
    told = {name: value for name, value in made.report.figures.items() if value is not None}
    assert {name: run.data.metrics[f"audit.{name}"] for name in told} == pytest.approx(told)


def test_it_names_no_child_and_no_household(ledger: Path, home: Path) -> None:
    made = run_audit(replace(request(ledger, home, "groups"), track=False))
    page = made.page.read_text(encoding="utf-8") + made.data.read_text(encoding="utf-8")
    assert "child_id" not in page
    assert "household_id" not in page


def test_another_section_or_ledger_is_refused(ledger: Path, home: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no section 'gruops'"):
        run_audit(request(ledger, home, "gruops"))
    with pytest.raises(UserError):
        run_audit(replace(request(ledger, home, "known"), ledger=tmp_path / "nowhere"))
