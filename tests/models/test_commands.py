"""``mopai models``: what is shown, what is moved, what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from features.cli.console import HOME_VARIABLE, UserError
from models.commands import register
from models.release.current import ReleaseStore
from models.release.manifest import MANIFEST
from tests.models import making
from tests.models.conftest import TRACKED

APP = typer.Typer()
register(APP)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two bundles."""
    home = tmp_path_factory.mktemp("kept")
    for leaves in (4, 5):
        making.small_bundle(ReleaseStore(home).bundles, num_leaves=leaves)
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, as the home of this run."""
    copy = Path(shutil.copytree(kept, tmp_path / "home"))
    monkeypatch.setenv(HOME_VARIABLE, str(copy))
    return copy


def run(*words: str) -> str:
    """Standard output of a command that succeeds."""
    result = CliRunner().invoke(APP, ["models", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def ids(home: Path) -> list[str]:
    return [bundle.model_id for bundle in ReleaseStore(home).list()]


def test_list_shows_windows_figures_and_what_is_in_use(home: Path) -> None:
    ReleaseStore(home).promote(ids(home)[0])
    shown = run("list")
    assert all(model_id in shown for model_id in ids(home))
    assert "fit from 2015-01-01" in shown
    assert "test.known.model.auc 0.741" in shown
    assert "test.new_household.model.auc not estimable" in shown
    assert "random" not in shown
    assert shown.count("in use") == 1
    assert "MLflow" not in shown


def test_list_as_json(home: Path) -> None:
    ReleaseStore(home).promote(ids(home)[1])
    told = json.loads(run("list", "--json"))
    assert told["released"] == ids(home)[1]
    assert told["mlflow"] is None
    assert [model["released"] for model in told["models"]] == [False, True]
    assert told["models"][0]["metrics"] == {
        "test.known.model.auc": 0.7412, "test.new_household.model.auc": None, "test.known.random.auc": 0.5,
    }  # fmt: skip
    assert told["models"][0]["windows"] == {"fit from": "2015-01-01", "fit to": "2015-12-31"}
    assert told["models"][0]["fault"] is None


def test_list_tells_of_a_bundle_it_cannot_read(home: Path) -> None:
    (home / "releases" / "bundles" / ids(home)[0] / MANIFEST).write_text("{")
    assert "not readable as JSON" in run("list")
    told = json.loads(run("list", "--json"))["models"][0]
    assert "not readable as JSON" in told["fault"]
    assert told["windows"] == {}


def test_list_of_nothing_says_what_to_do(tmp_path: Path) -> None:
    assert "mopai train" in run("list", "--home", str(tmp_path))
    assert json.loads(run("list", "--json", "--home", str(tmp_path)))["models"] == []


def test_rollback_asks_for_nothing_and_says_who_asked(home: Path) -> None:
    first, second = ids(home)
    for model_id in (first, second, first):
        ReleaseStore(home).promote(model_id)
    assert json.loads(run("rollback", "--json")) == {"action": "rollback", "released": second, "mlflow": None}
    assert run("rollback", "--name", "Li Hua") == f"in use: {first}\n"
    assert [move.ground.by for move in ReleaseStore(home).pointer().moves[-2:]] == ["", "Li Hua"]


def test_the_home_can_be_named(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "elsewhere"))
    for model_id in ids(home):
        ReleaseStore(home).promote(model_id)
    run("rollback", "--home", str(home))
    assert ReleaseStore(home).current().name == ids(home)[0]


@pytest.mark.parametrize(
    "words", [("promote", "ffffzz"), ("rollback",), ("approve", "ffffzz", "--name", "x", "--role", "y")]
)
def test_what_cannot_be_done_is_an_error(home: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(UserError):
        CliRunner().invoke(APP, ["models", *words], catch_exceptions=False)
    assert ReleaseStore(home).pointer().model_id is None


@pytest.mark.parametrize("command", ["list", "rollback"])
def test_every_command_shows_an_example(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert f"Example: mopai models {command}" in run(command, "--help")
    assert "--json" in run(command, "--help")


def test_nothing_heavy_is_imported_with_the_module() -> None:
    heavy = ("lightgbm", "mlflow", "numpy", "polars", "scipy", "shap")
    code = f"import sys, models.commands; sys.exit(', '.join(name for name in {heavy} if name in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of MLflow's own code
def test_the_mirror_is_moved_and_shown(home: Path, tracking_database: Path) -> None:
    """None of the tracked models is among the bundles, so a release leaves MLflow without a champion."""
    shutil.copy(tracking_database, home)
    for model_id in ids(home):
        ReleaseStore(home).promote(model_id)
    told = json.loads(run("rollback", "--json"))
    assert told["mlflow"] == {"champion": None, "challenger": TRACKED[-1], "state": "not registered"}
    assert json.loads(run("list", "--json"))["mlflow"] == told["mlflow"]
    assert "MLflow champion: none (not registered)" in run("list")


@pytest.mark.slow
def test_the_real_command_line_ends_with_one_on_error(home: Path) -> None:
    command = [str(Path(sys.executable).with_name("mopai")), "models", "promote", "ffffzz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert ids(home)[0] in done.stderr
    assert "Traceback" not in done.stderr
