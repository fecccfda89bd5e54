"""``mopai monitor`` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.cli.console import UserError
from features.ledger.store import LedgerStore
from models.release.suspensions import read_suspensions
from tests.training.monitor.conftest import AS_OF, released_copy
from training.monitor import commands
from training.monitor.limits import LIMITS


def _app() -> typer.Typer:
    made = typer.Typer()
    commands.register(made)
    made.command("other")(lambda: None)  # a second command keeps "monitor" a name of its own
    return made


def _run(*options: object) -> str:
    outcome = CliRunner().invoke(_app(), ["monitor", *map(str, options)], catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.stdout


@pytest.fixture
def home(ledger: Path, tmp_path: Path) -> Path:
    return released_copy(ledger, tmp_path / "home")


@pytest.mark.slow
def test_a_stale_ledger_suspends_and_a_person_lifts(ledger: Path, home: Path, tmp_path: Path) -> None:
    county = LedgerStore.open(ledger).counties()[0]
    options = ("--ledger", ledger, "--home", home, "--as-of", AS_OF + timedelta(days=120), "--workers", 1)
    found = json.loads(_run(*options, "--region", county, "--page", tmp_path / "page.html", "--json"))
    assert found["newly_suspended"] == [county]
    assert (tmp_path / "page.html").is_file()
    lifted = _run("--home", home, "--lift", county, "--reason", "sent again", "--name", "Li Hua", "--json")
    assert json.loads(lifted)["lifted"] == county
    assert read_suspensions(home) == {}


@pytest.mark.slow
def test_people_get_tables_and_words(ledger: Path, home: Path) -> None:
    options = ("--ledger", ledger, "--home", home, "--workers", 1, "--limits", LIMITS)
    shown = _run(*options, "--as-of", AS_OF + timedelta(days=120))
    assert "已暂停" in shown
    county = next(iter(read_suspensions(home)))
    assert f"{county}: 评分恢复" in _run("--home", home, "--lift", county, "--reason", "mended", "--name", "Li Hua")


@pytest.mark.slow
def test_no_suspend_only_tells(ledger: Path, home: Path) -> None:
    day = AS_OF + timedelta(days=120)
    found = json.loads(
        _run("--ledger", ledger, "--home", home, "--as-of", day, "--no-suspend", "--workers", 1, "--json")
    )
    assert any(alarm["level"] == "hard" for alarm in found["alarms"])
    assert read_suspensions(home) == {}


def test_without_a_day_it_says_what_to_give() -> None:
    with pytest.raises(UserError, match="no day to speak for"):
        _run()


def test_help_shows_examples() -> None:
    outcome = CliRunner().invoke(_app(), ["monitor", "--help"])
    assert outcome.exit_code == 0
    assert "Example: mopai monitor --as-of 2026-06-30" in " ".join(outcome.stdout.split())


def test_nothing_heavy_is_imported_for_help() -> None:
    code = (
        "import sys, training.monitor.commands; "
        "sys.exit(any(name in sys.modules for name in ('lightgbm', 'mlflow', 'polars', 'scipy', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
