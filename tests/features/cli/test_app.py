"""The root of the command line knows no command and answers at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from features.cli import app as root
from features.cli.console import UserError

HEAVY = (
    "polars",
    "pandas",
    "numpy",
    "lightgbm",
    "mlflow",
    "shap",
    "sklearn",
    "bentoml",
    "narwhals",
    "pandera",
    "optuna",
)
COMMANDS = ("simulate", "ledger", "train", "models", "score", "explain", "demo")
LOOK = """
import contextlib, sys
from features.cli.app import build
with contextlib.suppress(SystemExit):
    build()(sys.argv[1:])
print("heavy:", *(name for name in {heavy!r} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("words", [[], ["ledger"], ["ledger", "import"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(heavy=HEAVY), *words, "--help"], capture_output=True, text=True, check=True
    )
    assert "Usage" in done.stdout
    assert done.stderr.splitlines()[-1] == "heavy:"


def test_every_command_of_the_packages_is_there() -> None:
    result = CliRunner().invoke(root.build(), ["--help"])
    assert result.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in result.stdout


def test_an_error_to_act_on_ends_with_one_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mopai", "ledger", "show", "--ledger", "/nowhere"])
    with pytest.raises(SystemExit) as ended:
        root.main()
    assert ended.value.code == 1
    captured = capsys.readouterr()
    assert "error: /nowhere: no ledger there" in captured.err
    assert "Traceback" not in captured.err


def test_other_errors_are_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(root, "build", lambda: broken)
    with pytest.raises(RuntimeError, match="bug"):
        root.main()
    assert issubclass(UserError, Exception)
