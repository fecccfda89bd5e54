"""What every command shares."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from features.cli.console import UserError, home, print_json, progress_bar, report, silent


def test_an_error_keeps_its_hint_across_processes() -> None:
    error = pickle.loads(pickle.dumps(UserError("what", "do this")))  # noqa: S301 - our own bytes
    assert (error.message, error.hint, str(error)) == ("what", "do this", "what")


def test_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOPAI_HOME", "/somewhere")
    assert home() == Path("/somewhere")
    monkeypatch.delenv("MOPAI_HOME")
    assert home() == Path(".mopai")


def test_json_is_one_object_with_chinese_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"住房": Path("x")})
    out = capsys.readouterr().out
    assert "住房" in out
    assert json.loads(out) == {"住房": "x"}


def test_json_has_no_numbers_that_are_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json({"x": float("nan")})


def test_errors_and_next_steps_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    report(UserError("file [a]: wrong", "look [there]"))
    report(UserError("no hint"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: file [a]: wrong" in captured.err
    assert "next: look [there]" in captured.err
    assert captured.err.count("next:") == 1


def test_progress_is_shown_on_standard_error_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("working") as progress:
        progress(1, 2, "half")
    shown = capsys.readouterr()
    assert "working" in shown.err
    assert shown.out == ""
    with progress_bar("working", quiet=True) as progress:
        assert progress is silent
        progress(1, 2)
    assert capsys.readouterr().err == ""
