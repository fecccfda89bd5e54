"""``mopai train`` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.cli.console import UserError
from features.definition import load_definition
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from tests.training.trained import trained
from training import commands
from training.leakage import Suspicion


def app() -> typer.Typer:
    made = typer.Typer()
    commands.register(made)
    made.command("other")(lambda: None)  # a second command keeps "train" a name of its own
    return made


def plan_file(folder: Path) -> Path:
    """The demonstration plan cut down in a file of its own."""
    text = (Path(commands.__file__).parent / "plans" / "demo.toml").read_text(encoding="utf-8")
    changes = {
        "trials = 12": "trials = 1",
        "fit_dates = 12": "fit_dates = 4",
        "rounds = 250": "rounds = 10",
        "model_auc_at_most = 0.90": "model_auc_at_most = 0.51",  # an honest model is too good for it
    }
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_train_prints_json_installs_a_challenger_and_writes_down_why_a_suspicion_may_stand(
    ledger: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    options = ["--ledger", str(ledger), "--plan", str(plan_file(tmp_path)), "--home", str(home), "--workers", "1"]
    options += ["--accept-suspicious", "a test"]
    outcome = CliRunner().invoke(app(), ["train", *options, "--json"], catch_exceptions=False)
    assert outcome.exit_code == 0
    content = json.loads(outcome.stdout)
    assert content["simulated"] is True
    assert {row["ranking"] for row in content["estimates"]} >= {"model", "random", "overdue_first", "logistic"}
    assert [one.model_id for one in ReleaseStore(home).list()] == [content["model_id"]]
    assert not outcome.stderr
    assert content["suspicions"]
    card = load_bundle(Path(content["bundle"]), load_definition()).card
    assert "Accepted because: a test" in card


def test_the_summary_names_estimates_baselines_and_the_next_step(
    ledger: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = replace(trained(ledger).result, suspicions=(Suspicion("AUC of x", 0.95, 0.9),))
    commands.show(result)
    out = capsys.readouterr().out
    for words in ("Simulated ledger", "known, test", "new household, test", "overdue first", "model adds"):
        assert words in out
    for one in result.domains:
        assert one.domain in out
    assert "too few labels" in out
    assert f"mopai models promote {result.model_id}" in out
    assert "too good to be true, accepted: AUC of x" in out


def test_the_same_as_json_is_one_object(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = trained(ledger).result
    commands.show(result, as_json=True)
    content = json.loads(capsys.readouterr().out)
    assert (content["model_id"], content["run_id"]) == (result.model_id, result.run_id)
    assert content["windows"]["test"] == list(result.dates["test"])


def test_a_real_ledger_is_not_called_simulated(ledger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.show(replace(trained(ledger).result, simulated=False))
    assert "Simulated" not in capsys.readouterr().out


def test_an_unknown_definition_is_an_error_a_person_can_act_on(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no definition 'nowhere'"):
        CliRunner().invoke(
            app(), ["train", "--ledger", str(tmp_path), "--definition", "nowhere"], catch_exceptions=False
        )


def test_a_missing_ledger_is_an_error_a_person_can_act_on(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no ledger there"):
        CliRunner().invoke(app(), ["train", "--ledger", str(tmp_path)], catch_exceptions=False)


def test_help_shows_an_example() -> None:
    outcome = CliRunner().invoke(app(), ["train", "--help"])
    assert outcome.exit_code == 0
    assert "Example: mopai train --plan demo" in outcome.stdout


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys, training.commands; "
        "sys.exit(any(name in sys.modules for name in ('lightgbm', 'mlflow', 'polars', 'optuna', 'sklearn', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
