"""``mopai compare`` as a person calls it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.training.challenger.conftest import Rivals
from tests.training.challenger.test_listing import last_day
from training.challenger.commands import register, show
from training.challenger.compare import Comparison
from training.challenger.moves import GroupMoves, ListChange
from training.challenger.windows import SameWindows
from training.stability.resample import NOT_ESTIMABLE, Interval

CHANGE = ListChange(1000, 100, 80, 85, 0.9, {"sex": {"girl": GroupMoves(480, 40, 12, 8)}})
WINDOWS = SameWindows(
    (date(2018, 7, 1), date(2018, 8, 1)), (), 2000, Interval(0.3, 0.25, 0.35), Interval(0.28, None, None), NOT_ESTIMABLE
)
FOUND = Comparison("c" * 16, "d" * 16, "", date(2018, 9, 1), True, WINDOWS, "", CHANGE, Path("moves.parquet"))


def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    made.command("other")(lambda: None)
    return made


def test_the_command_prints_one_json_object(rivals: Rivals) -> None:
    words = ["compare", rivals.challenger[:8], "--as-of", last_day(rivals.ledger).isoformat(), "--workers", "1"]
    words += ["--ledger", str(rivals.ledger), "--home", str(rivals.home)]
    outcome = CliRunner().invoke(app(), [*words, "--json"], catch_exceptions=False)
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["release"] == rivals.release


def test_people_see_figures_with_their_intervals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    show(FOUND)
    shown = capsys.readouterr().out
    for words in (
        "Simulated ledger",
        "challenger 0.300 (0.250 to 0.350), release 0.280 (interval not estimable), difference not estimable",
        "100 of 1,000 children; 80 stay (80.0%), 20 enter, 20 leave; 85 households stay; rank correlation 0.900",
        "girl",
        "moves.parquet",
    ):
        assert words in shown


def test_what_cannot_be_estimated_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    nothing = replace(WINDOWS, dates=())
    show(replace(FOUND, simulated=False, windows=nothing, change=replace(CHANGE, rank_correlation=None)))
    shown = capsys.readouterr().out
    assert "no test date is shared" in shown
    show(replace(FOUND, windows=None, no_windows="no evidence of model d"))
    assert "same windows: not estimable: no evidence of model d" in capsys.readouterr().out
    assert "rank correlation not estimable" in shown
    assert "Simulated" not in shown


def test_help_shows_an_example() -> None:
    assert "Example: mopai compare 3f2a" in CliRunner().invoke(app(), ["compare", "--help"]).stdout
