"""``mopai retrain`` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.definition import load_definition
from features.ledger.store import LedgerStore
from tests.training.test_commands import plan_file
from training.plan_loader import load_plan
from training.retrain import commands
from training.retrain.fingerprint import Fingerprint
from training.retrain.run import Retrained
from training.retrain.state import LastRun, read_last


def _app() -> typer.Typer:
    made = typer.Typer()
    commands.register(made)
    made.command("other")(lambda: None)  # a second command keeps "retrain" a name of its own
    return made


@pytest.mark.slow
def test_it_trains_audits_and_the_second_time_says_there_is_nothing_new(ledger: Path, tmp_path: Path) -> None:
    home, plan = tmp_path / "home", plan_file(tmp_path)
    options = ["retrain", "--ledger", str(ledger), "--plan", str(plan), "--home", str(home), "--workers", "1"]
    options += ["--only", "known", "--accept-suspicious", "a test"]
    first = CliRunner().invoke(_app(), [*options, "--json"], catch_exceptions=False)
    assert first.exit_code == 0
    content = json.loads(first.stdout)
    assert (content["steps"], content["nothing_new"], content["released"]) == (["train", "audit"], False, None)
    again = CliRunner().invoke(_app(), options, catch_exceptions=False)
    assert again.exit_code == 0
    assert again.stdout.startswith(f"nothing new: {content['model_id']}")
    now = Fingerprint.of(LedgerStore.open(ledger), load_plan(str(plan)), load_definition())
    assert read_last(home) == LastRun(now, content["model_id"], audited=True, compared_with="")


def test_people_read_what_changed_what_was_done_and_that_nothing_was_promoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    commands.show(Retrained("m2", ("train", "audit", "compare"), ("data", "code"), "m1"))
    assert capsys.readouterr().out.splitlines() == [
        "changed: data, code",
        "done: train, audit, compare; challenger m2",
        "in use: m1; nothing was promoted",
    ]
    commands.show(Retrained("m2", ("audit",), (), ""))
    assert capsys.readouterr().out.startswith("done: audit; challenger m2\nin use: nothing yet")


def test_help_shows_an_example() -> None:
    outcome = CliRunner().invoke(_app(), ["retrain", "--help"])
    assert outcome.exit_code == 0
    assert "Example: mopai retrain --ledger ledger --plan default" in " ".join(outcome.stdout.split())


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys, training.retrain.commands; "
        "sys.exit(any(name in sys.modules for name in ('lightgbm', 'mlflow', 'polars', 'scipy', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
