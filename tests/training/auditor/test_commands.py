"""``mopai audit-folder`` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from features.definition.loader import DEFINITIONS
from tests.training.auditor.conftest import Handed
from training.auditor.commands import register


def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    made.command("other")(lambda: None)
    return made


def test_the_folder_is_written_and_its_checker_named(handed: Handed, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["audit-folder", handed.made.model_id, "--out", str(out), "--home", str(handed.made.home)]
    words += ["--criteria", "demo", "--on", "2018-09-01"]
    shown = CliRunner().invoke(app(), words, catch_exceptions=False)
    assert shown.exit_code == 0
    assert f"python {out / 'verify.py'}" in shown.stdout
    words += ["--definition", str(DEFINITIONS / "left_behind"), "--json"]
    told = json.loads(CliRunner().invoke(app(), words, catch_exceptions=False).stdout)
    assert told["folder"] == str(out)
    assert "approvals/rows.jsonl" in told["files"]
    assert (out / "SHA256SUMS").read_bytes() == (handed.folder / "SHA256SUMS").read_bytes()


def test_help_shows_an_example() -> None:
    assert "Example: mopai audit-folder 3f2a" in CliRunner().invoke(app(), ["audit-folder", "--help"]).stdout
