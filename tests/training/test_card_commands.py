"""``mopai card`` as a person calls it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import typer
from typer.testing import CliRunner

from tests.training.gated import gated
from training.card_commands import day, register


def app() -> typer.Typer:
    made = typer.Typer()
    register(made)
    made.command("other")(lambda: None)
    return made


def test_a_card_is_written_where_it_is_asked_for(ledger: Path, tmp_path: Path) -> None:
    made, out = gated(ledger, tmp_path / "home"), tmp_path / "cards" / "card.md"
    words = ["card", made.model_id, "--out", str(out), "--home", str(made.home), "--on", "2018-09-01"]
    outcome = CliRunner().invoke(app(), [*words, "--criteria", "demo", "--json"], catch_exceptions=False)
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout) == {"model_id": made.model_id, "card": str(out), "criteria_met": True}
    first = out.read_text(encoding="utf-8")
    shown = CliRunner().invoke(app(), [*words, "--contact", "the office"], catch_exceptions=False)
    assert shown.stdout.strip() == str(out)
    assert "the office" in out.read_text(encoding="utf-8")
    assert "the office" not in first


def test_today_stands_where_no_day_is_named() -> None:
    assert day(datetime(2018, 9, 1, tzinfo=UTC)) == date(2018, 9, 1)
    assert day(None) >= date(2018, 9, 1)


def test_help_shows_an_example() -> None:
    assert "Example: mopai card 3f2a" in CliRunner().invoke(app(), ["card", "--help"]).stdout
