"""``mopai audit`` at the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.cli.console import UserError
from tests.training.audit.made import report
from tests.training.trained import trained
from training.audit.commands import register, show
from training.audit.run import Audit

RUN = CliRunner()
APP = typer.Typer()
APP.command(name="other")(lambda: None)
register(APP)
MADE = Audit(report(), Path("audit.html"), Path("audit.json"), None)


def test_help_has_an_example() -> None:
    said = RUN.invoke(APP, ["audit", "--help"])
    assert said.exit_code == 0
    assert "Example: mopai audit --model" in said.stdout


def test_findings_are_shown_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    show(MADE)
    said = capsys.readouterr().out
    assert "Simulated ledger" in said
    assert said.index("What matters.") < said.index("Then this.") < said.index("Only this.")
    assert "audit.html" in said
    assert "Not logged" in said


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    show(Audit(MADE.report, MADE.page, MADE.data, "run-1"), as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["figures"]["first.gain"] == 0.25
    assert said["run_id"] == "run-1"
    assert said["findings"]["second"] == ["Only this."]


@pytest.mark.slow
def test_a_beginning_of_the_model_id_is_enough(ledger: Path, tmp_path: Path) -> None:
    run, place = trained(ledger), tmp_path / "home"
    shutil.copytree(run.home, place)
    asked = ["--model", run.result.model_id[:6], "--ledger", str(ledger), "--home", str(place), "--only", "known"]
    said = RUN.invoke(APP, ["audit", *asked, "--json"])
    assert said.exit_code == 0, said.stderr
    assert json.loads(said.stdout)["model_id"] == run.result.model_id


def test_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no model 'nothing'"):
        RUN.invoke(APP, ["audit", "--model", "nothing", "--home", str(tmp_path)], catch_exceptions=False)
