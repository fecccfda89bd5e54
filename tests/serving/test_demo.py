"""The demonstration: the real commands, twice in one folder, and a failing step is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from features.cli.console import UserError
from models.release.current import ReleaseStore
from serving.batch.folder import ScoreFolder
from serving.commands import register
from serving.demo import Demonstration, run_demo
from serving.review.settings import settings

TODAY = date(2026, 11, 24)


@pytest.mark.slow
def test_the_demonstration_runs_twice_and_ends_with_a_ranked_new_county(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    application = Typer()
    register(application)
    arguments = ["demo", "--children", "6000", "--home", str(tmp_path), "--json"]
    result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 0, result.output
    first = json.loads(result.stdout)
    assert capfd.readouterr().out == ""
    second = run_demo(tmp_path / "demo", 6_000, settings().day_of(datetime.now(UTC)))
    shown = capfd.readouterr().out
    assert first["model_id"] == second["model_id"]
    assert [step["command"] for step in first["steps"]] == [step["command"] for step in second["steps"]]
    assert second["simulated"] is True
    scores = ScoreFolder.open(Path(second["scores"]))
    assert scores.counties() == (second["county"],)
    assert scores.manifest.model_id == second["model_id"]
    assert Path(second["page"]).stat().st_size < 100_000
    for word in ("[1/13]", "[13/13]", "模拟数据", "$ mopai score", second["child"], second["page"]):
        assert word in shown
    promotions = [step["command"] for step in second["steps"] if " models promote " in step["command"]]
    assert len(promotions) == 2, "refused at first, then granted"
    moves = ReleaseStore(tmp_path / "demo").pointer().moves
    assert [(move.action, move.ground.criteria, len(move.ground.approvals)) for move in moves] == [
        ("promote", "demo", 2)
    ]
    assert all("Demonstration person" in name for name in moves[0].ground.approvals)


def test_a_failing_step_is_named(tmp_path: Path) -> None:
    demonstration = Demonstration(tmp_path / "demo", 10_000_000_000, quiet=True, today=TODAY)
    with pytest.raises(UserError, match=r"step 1/13 ended with exit code \d+: mopai simulate"):
        demonstration.run()


def test_a_step_that_should_be_refused_and_is_not_is_named(tmp_path: Path) -> None:
    demonstration = Demonstration(tmp_path / "demo", 1_000, quiet=True, today=TODAY)
    demonstration.folder.mkdir()
    with pytest.raises(UserError, match="ended with exit code 0: mopai models list"):
        demonstration._run("models", "list", refused=True)  # noqa: SLF001 - no real step ends well where it must not


def test_a_folder_that_is_not_of_a_demonstration_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UserError, match="was not made by a demonstration"):
        run_demo(tmp_path, 6_000, TODAY, quiet=True)
    assert (tmp_path / "thesis.txt").exists()


def test_the_folder_of_an_earlier_demonstration_is_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps({}), encoding="utf-8")
    (folder / "left").write_text("of before", encoding="utf-8")
    with pytest.raises(UserError):
        run_demo(folder, 10_000_000_000, TODAY, quiet=True)
    assert not (folder / "left").exists()
