"""Rows set aside are private, unreadable without the key of the intake, and gone afterwards."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.workbook.aside import FOLDER, Aside, set_aside

ROWS = pl.DataFrame({"_row": [1, 2], "name": ["模拟甲", None]})


def test_what_is_put_is_taken_again_and_nobody_else_reads_it(tmp_path: Path) -> None:
    with set_aside(tmp_path) as aside:
        aside.put("rows", [ROWS, ROWS.head(1)])
        assert aside.take("rows").equals(ROWS)
        assert aside.take("rows", 1).equals(ROWS.head(1))
        file = aside.folder / "rows"
        assert (file.stat().st_mode & 0o777, aside.folder.stat().st_mode & 0o777) == (0o600, 0o700)
        assert "模拟甲".encode() not in file.read_bytes()
        with pytest.raises(UserError, match="another key"):
            Aside(aside.folder, b"x" * 32).take("rows")
        aside.drop("rows")
        assert not file.exists()
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["lock"]


def test_without_a_home_nothing_is_written_into_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with set_aside(None) as aside:
        assert aside.folder.parent == tmp_path
        assert aside.folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_intake_left_is_removed_but_not_what_another_is_using(tmp_path: Path) -> None:
    dead = tmp_path / FOLDER / "dead"
    dead.mkdir(parents=True)
    (dead / "rows").write_bytes(b"x")
    dead.with_suffix(".lock").touch()
    with set_aside(tmp_path) as one:
        one.put("rows", [ROWS])
        with set_aside(tmp_path) as other:
            assert not dead.exists()
            assert not dead.with_suffix(".lock").exists()
            assert other.folder != one.folder
            assert one.take("rows").equals(ROWS)


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(UserError, match="cannot be written"), set_aside(tmp_path / "home"):
        pass
