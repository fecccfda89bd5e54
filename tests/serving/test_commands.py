"""The commands: help with an example, JSON alone on standard output, exit codes that tell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer import Typer
from typer.testing import CliRunner

from serving.batch.folder import ScoreFolder
from serving.commands import register
from tests.serving.conftest import AS_OF


@pytest.fixture(scope="module")
def app() -> Typer:
    application = Typer()
    register(application)
    return application


def _arguments(command: str, ledger: Path, home: Path, *more: str) -> list[str]:
    return [command, "--ledger", str(ledger), "--home", str(home), "--as-of", AS_OF.isoformat(), *more]


@pytest.mark.parametrize("command", ["score", "explain", "demo"])
def test_help_has_an_example(app: Typer, command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: mopai {command}" in result.output


def test_help_imports_nothing_heavy() -> None:
    heavy = ("polars", "lightgbm", "jinja2", "numpy", "mlflow")
    code = f"import sys, serving.commands; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_serving_never_imports_mlflow_or_shap() -> None:
    code = (
        "import sys, serving.batch.run, serving.explain_case, serving.page.render, serving.terminal, serving.demo;"
        "print([m for m in ('mlflow', 'shap', 'training') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_score_prints_one_json_object_and_writes_the_page(
    app: Typer, ledger: Path, released_home: Path, tmp_path: Path, scored: ScoreFolder
) -> None:
    county = scored.counties()[0]
    out, page = tmp_path / "scores", tmp_path / "page.html"
    more = ("--region", county, "--out", str(out), "--page", str(page), "--page-households", "3", "--json")
    result = CliRunner().invoke(app, _arguments("score", ledger, released_home, *more))
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["counts"]["children"] == ScoreFolder.open(out).read(county).height
    assert said["as_of"] == AS_OF.isoformat()
    assert said["page"] == str(page)
    assert page.read_text(encoding="utf-8").count('class="place"') == 3


def test_score_shows_the_top_and_the_summary(
    app: Typer, ledger: Path, released_home: Path, tmp_path: Path, scored: ScoreFolder
) -> None:
    county, out = scored.counties()[0], tmp_path / "scores"
    page = tmp_path / "page.html"
    more = ("--region", county, "--out", str(out), "--top", "4", "--page", str(page))
    result = CliRunner().invoke(app, _arguments("score", ledger, released_home, *more))
    assert result.exit_code == 0, result.output
    first = ScoreFolder.open(out).between(1, 1).filter("household_driver")["child_id"][0]
    assert first in result.stdout
    assert str(page) in result.stdout
    plain = CliRunner().invoke(app, _arguments("score", ledger, released_home, "--region", county, "--out", str(out)))
    assert plain.exit_code == 0
    assert first not in plain.stdout


@pytest.mark.parametrize(("language", "said"), [("zh", (True, False)), ("en", (False, True)), ("both", (True, True))])
def test_explain_speaks_the_language_asked_for(
    app: Typer, ledger: Path, released_home: Path, scored: ScoreFolder, language: str, said: tuple[bool, bool]
) -> None:
    child = scored.between(1, 1)["child_id"][0]
    result = CliRunner().invoke(app, _arguments("explain", ledger, released_home, "--child", child, "--lang", language))
    assert result.exit_code == 0, result.output
    assert ("官方等级" in result.stdout, "official level" in result.stdout) == said


def test_explain_prints_json(app: Typer, ledger: Path, released_home: Path, scored: ScoreFolder) -> None:
    row = scored.between(1, 10**6).filter(pl.col("score").is_not_null()).row(0, named=True)
    result = CliRunner().invoke(app, _arguments("explain", ledger, released_home, "--child", row["child_id"], "--json"))
    assert json.loads(result.stdout)["score"] == row["score"]


def test_a_mistake_ends_with_exit_code_1_and_the_next_step(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "features.cli.app", "score", "--ledger", str(tmp_path / "none")]
    done = subprocess.run(
        [*command, "--as-of", "2018-06-30", "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no ledger there" in done.stderr
    assert "next:" in done.stderr
    assert not (tmp_path / "out").exists()
