"""The gate as people type it: keys, signatures, a refusal and a grant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from features.cli.console import HOME_VARIABLE, UserError
from models.commands import register
from models.release.gate.people import PASSPHRASE_VARIABLE, People
from models.release.gate.rows import SignedRows
from models.release.manifest import digest
from tests.models.release.gate.made import Standing

APP = typer.Typer()
register(APP)
GOOD = {
    "known.gain_over_best": 0.1, "known.calibration_error": 0.01, "known.calibration_slope": 1.0,
    "groups.least_recall_ratio_by_lot": 0.9,
}  # fmt: skip


@pytest.fixture
def simulated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Standing:
    """A model of simulated children with an audit, in the home of this run."""
    home = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(home))
    made = Standing.make(home, card="---\nsimulated: true\n---\n")
    made.audit(GOOD)
    return made


@pytest.fixture
def ours(tmp_path: Path) -> str:
    """The demonstration's criteria without the figures that a small bundle does not have."""
    from models.release.gate.criteria import CRITERIA

    text = (CRITERIA / "demo.toml").read_text(encoding="utf-8")
    path = tmp_path / "ours.toml"
    for figure in ("labelled_share", "gain_over_overdue_first"):
        text = text.replace(f"bundle.test.known.{figure}", "bundle.test.known.model.auc")
    path.write_text(text, encoding="utf-8")
    return str(path)


def call(*words: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(APP, ["models", *words], input=stdin, catch_exceptions=False)


def run(*words: str) -> str:
    result = call(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(made: Standing) -> list[str]:
    return [row.statement.kind for row in SignedRows(People.of(made.store.home), made.model_id).read() if not row.fault]


def sign_all(made: Standing, document: Path) -> None:
    document.write_text("who may be harmed, and how it is prevented", encoding="utf-8")
    for name in ("Li Hua", "王芳"):
        run("key", "--name", name)
        run("approve", made.model_id[:5], "--name", name, "--role", "owner", "--statement", "read in full")
    run("impact", made.model_id, "--file", str(document), "--name", "Li Hua")


def test_refused_then_granted(simulated: Standing, ours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(UserError, match="2 of 10 criteria of 'demo' are not met"):
        call("promote", simulated.model_id, "--criteria", ours)
    sign_all(simulated, tmp_path / "assessment.txt")
    shown = run("promote", simulated.model_id, "--criteria", ours, "--name", "Zhao")
    assert "Li Hua (owner), 王芳 (owner)" in shown
    assert shown.endswith(f"in use: {simulated.model_id}\n")
    assert simulated.store.pointer().moves[-1].ground.by == "Zhao"


def test_a_refusal_as_json_is_one_object_and_no_success(simulated: Standing) -> None:
    result = call("promote", simulated.model_id, "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["refused"], told["released"], told["criteria"]) == (True, None, "default")
    failed = {one["key"] for one in told["findings"] if not one["met"]}
    assert {"data", "known.gain_over_best_lower", "impact", "approvals"} <= failed


def test_a_grant_as_json(simulated: Standing, ours: str, tmp_path: Path) -> None:
    sign_all(simulated, tmp_path / "assessment.txt")
    told = json.loads(run("promote", simulated.model_id, "--criteria", ours, "--json"))
    assert (told["action"], told["released"]) == ("promote", simulated.model_id)
    assert told["approvals"] == ["Li Hua (owner)", "王芳 (owner)"]
    assert all(one["met"] for one in told["findings"])


def test_an_override_by_two_is_seen_in_the_list_for_ever(simulated: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("Li Hua", "王芳"):
        run("key", "--name", name)
        run("approve", simulated.model_id, "--name", name, "--role", "owner", "--override", "a flood")
    assert rows(simulated) == ["override", "override"]
    shown = run("promote", simulated.model_id, "--override", "a flood")
    assert "OVERRIDDEN" in shown
    listed = run("list")
    assert "OVERRIDE 20" in listed
    assert "a flood (Li Hua (owner), 王芳 (owner))" in " ".join(listed.split())
    told = json.loads(run("list", "--json"))["models"][0]["overrides"]
    assert told[0]["override"] == "a flood"
    assert told[0]["failed"]


def test_signatures_as_json_say_what_they_are_bound_to(simulated: Standing, tmp_path: Path) -> None:
    document = tmp_path / "assessment.pdf"
    document.write_bytes(b"%PDF")
    key = json.loads(run("key", "--name", "Li Hua", "--json"))
    assert Path(key["key"]).is_file()
    words = ("--name", "li hua", "--json")
    approved = json.loads(run("approve", simulated.model_id, "--role", "owner", *words))
    assessed = json.loads(
        run(
            "impact", simulated.model_id, "--file", str(document), "--dated", "2018-05-01", "--reference", "A-7", *words
        )
    )
    assert approved["key_id"] == key["key_id"]
    assert assessed["body_sha256"] == approved["body_sha256"]
    assert assessed["document"] == {"reference": "A-7", "dated": "2018-05-01", "sha256": digest(b"%PDF")}


def test_nobody_approves_what_was_not_audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    made = Standing.make(tmp_path)
    run("key", "--name", "Li Hua")
    with pytest.raises(UserError, match="there is no audit") as caught:
        call("approve", made.model_id, "--name", "Li Hua", "--role", "owner")
    assert caught.value.hint == f"mopai audit --model {made.model_id}"
    assert "audit none" in run("approve", made.model_id, "--name", "Li Hua", "--role", "owner", "--override", "a flood")


def test_a_document_that_is_not_there_is_an_error(simulated: Standing) -> None:
    with pytest.raises(UserError, match="no such document"):
        call("impact", simulated.model_id, "--file", "nowhere.pdf", "--name", "Li Hua")


def test_a_passphrase_comes_from_the_environment(simulated: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "correct horse")
    run("key", "--name", "Li Hua")
    run("approve", simulated.model_id, "--name", "Li Hua", "--role", "owner")
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    with pytest.raises(UserError, match="cannot be opened with this passphrase"):
        call("approve", simulated.model_id, "--name", "Li Hua", "--role", "owner")


def test_a_passphrase_is_asked_for_twice_when_a_key_is_made(simulated: Standing) -> None:
    assert call("key", "--name", "Li Hua", "--ask-passphrase", stdin="horse\nhorse\n").exit_code == 0
    assert simulated.people.is_locked(simulated.people.find("Li Hua"))


def test_keys_lie_where_a_person_says(simulated: Standing, tmp_path: Path) -> None:
    stick = str(tmp_path / "stick")
    run("key", "--name", "Li Hua", "--keys", stick)
    run("approve", simulated.model_id, "--name", "Li Hua", "--role", "owner", "--keys", stick)
    assert not (simulated.store.home / "approvals" / "keys").exists()


@pytest.mark.parametrize("command", ["key", "approve", "impact", "promote", "rollback"])
def test_every_command_shows_an_example(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    shown = run(command, "--help")
    assert f"Example: mopai models {command}" in shown
    assert "--json" in shown
