"""From a county's workbook to its ranked list in one command, by the real commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from serving.receive import register_receive
from tests.workbooks import old_book, township

COUNTY = "520101"


def _run(*arguments: str) -> Result:
    app = Typer()
    app.callback()(lambda: None)
    register_receive(app)
    return CliRunner().invoke(app, ["receive", *arguments])


def test_help_has_an_example() -> None:
    result = _run("--help")
    assert result.exit_code == 0
    assert "Example: mopai receive" in result.output


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    result = _run("book.xlsx", "--county", COUNTY, "--out", str(tmp_path), "--as-of", "2016-08-01")
    assert result.exit_code == 1
    assert "not empty" in str(result.exception)


def test_the_day_of_the_list_is_never_guessed(tmp_path: Path) -> None:
    result = _run("book.xlsx", "--county", COUNTY, "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "which day" in str(result.exception)


@pytest.mark.slow
def test_what_fails_ends_it_with_its_own_exit_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    book = old_book(tmp_path / "old.xls").path
    out = tmp_path / "out"
    result = _run(str(book), "--county", COUNTY, "--out", str(out), "--as-of", "2016-08-01")
    assert result.exit_code == 1
    assert "mopai ledger columns" in capfd.readouterr().err
    assert not (out / "scores").exists()


@pytest.mark.slow
def test_a_workbook_becomes_a_list_with_what_came_back_beside_it(
    released_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    shutil.copytree(released_home, home, dirs_exist_ok=True)
    monkeypatch.setenv("MOPAI_HOME", str(home))
    book = township(tmp_path / "township.xlsx").path
    _confirm(book)
    options = ("--county", COUNTY, "--sender", "simulated", "--recorded-on", "2016-08-01", "--out", str(out))
    result = _run(str(book), *options)
    assert result.exit_code == 3, result.output
    assert (out / "rejects" / "township-to-correct.xlsx").is_file()
    assert (out / "report" / "report.html").is_file()
    assert (out / "fit" / f"region-{COUNTY}.json").is_file()
    manifest = json.loads((out / "scores" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["children"] == 13
    assert "mopai list" in result.output
    page = (out / "list.html").read_text(encoding="utf-8")
    assert "模拟甲" not in page


def _confirm(book: Path) -> None:
    from features.cli.app import main

    for more in ((), ("--confirm",)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["mopai", "ledger", "columns", str(book), "--sender", "simulated", *more])
            with pytest.raises(SystemExit) as ended:
                main()
            assert ended.value.code in (0, None)
