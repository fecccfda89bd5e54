"""The command ``mopai simulate``."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from features.cli.console import UserError
from features.simulator.commands import register

RUNNER = CliRunner()
SMALL = ["--children", "60", "--counties", "2", "--months", "4", "--workers", "1"]


def _app() -> typer.Typer:
    app = typer.Typer()
    register(app)
    return app


def test_help_has_an_example() -> None:
    result = RUNNER.invoke(_app(), ["--help"])
    assert result.exit_code == 0
    assert "Example: mopai simulate" in result.output


def test_json_is_the_summary_and_the_only_output(tmp_path: Path) -> None:
    result = RUNNER.invoke(_app(), [*SMALL, "--json", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert content == json.loads((tmp_path / "out" / "simulation.json").read_text("utf-8"))
    assert content["plan"]["children"] == 60


def test_the_console_says_in_two_languages_that_nobody_is_real(tmp_path: Path) -> None:
    result = RUNNER.invoke(_app(), [*SMALL, "--end", "2025-01-31", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert "模拟数据" in result.stdout
    assert "simulated" in result.stdout
    assert "2024-10-01 .. 2025-01-31" in result.stdout


def test_a_folder_in_use_fails(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    result = RUNNER.invoke(_app(), [*SMALL, "--out", str(tmp_path)])
    assert result.exit_code != 0
    assert isinstance(result.exception, UserError)
