"""``mopai region`` and ``mopai pilot`` as a person calls them."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.definition import load_definition
from features.ledger.importer import import_folder
from models.release.regions import read_calibration
from tests.training.region.conftest import AS_OF, OWNER
from training.pilot.commands import register as register_pilot
from training.region.commands import register as register_region


def _run(*words: object) -> str:
    app = typer.Typer()
    register_region(app)
    register_pilot(app)
    outcome = CliRunner().invoke(app, list(map(str, words)), catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def test_check_accept_and_status(unlike: Path, home: Path, county: str, tmp_path: Path) -> None:
    where = ("--ledger", unlike, "--home", home)
    asked = ("region", "check", *where, "--as-of", AS_OF, "--workers", 1)
    shown = _run(*asked, "--out", tmp_path / "out")
    assert f"{county}: 不适合 not fit" in shown
    assert str(tmp_path / "out" / f"region-{county}.html") in shown
    (said,) = json.loads(_run(*asked, "--json"))["counties"]
    assert (said["fit"], said["page"]) == ("not_fit", None)
    taken = ("region", "accept", "--home", home, "--county", county, "--name", OWNER, "--reason", "July")
    assert "accepted" in _run(*taken)
    assert json.loads(_run(*taken, "--json"))["accepted"]["name"] == OWNER
    assert f"accepted by {OWNER}: July" in _run(*asked)
    page = tmp_path / "status.html"
    assert str(page) in _run("region", "status", *where, "--out", page)
    assert json.loads(_run("region", "status", *where, "--json"))["counties"][0]["checked"]


@pytest.mark.slow
def test_a_pilot_from_the_draw_to_its_adoption(ledger: Path, home: Path, county: str, tmp_path: Path) -> None:
    copy = tmp_path / "ledger"
    shutil.copytree(ledger, copy)
    where = ("--region", county, "--ledger", copy, "--home", home)
    day = AS_OF - timedelta(days=100)
    asked = ("pilot", "draw", *where, "--as-of", day, "--half-width", 0.02, "--out", tmp_path / "pilot")
    assert "mopai ledger import" in _run(*asked)
    drawn = json.loads(_run(*asked, "--json"))
    report = import_folder(Path(drawn["assignments"]), copy, load_definition())
    assert report.faults.is_empty()
    read = ("pilot", "evaluate", *where, "--as-of", AS_OF)
    assert str(tmp_path / "out") in _run(*read, "--out", tmp_path / "out")
    found = json.loads(_run(*read, "--json", "--list", drawn["list_id"]))
    assert found["calibration"] is not None
    adopted = ("pilot", "adopt", "--region", county, "--home", home, "--name", OWNER)
    assert "own calibration in use" in _run(*adopted)
    kept = read_calibration(home, county)
    assert kept is not None
    assert json.loads(_run(*adopted, "--json"))["source"] == kept.source == drawn["list_id"]


@pytest.mark.parametrize("command", ["check", "accept", "status"])
def test_help_shows_an_example(command: str) -> None:
    assert "Example: mopai region" in _run("region", command, "--help")


@pytest.mark.parametrize("command", ["draw", "evaluate", "adopt"])
def test_help_of_the_pilot_shows_an_example(command: str) -> None:
    assert "Example: mopai pilot" in _run("pilot", command, "--help")
