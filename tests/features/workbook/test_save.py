"""Files come whole, replace the old one whole, and are their owner's only."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from features.cli.console import UserError
from features.workbook.save import save_book, save_text, whole_file


def test_a_workbook_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.xlsx"
    save_book(Workbook(), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert load_workbook(path).sheetnames == ["Sheet"]
    assert list(path.parent.iterdir()) == [path]


def break_off(path: Path) -> None:
    with whole_file(path) as unfinished:
        unfinished.write_text("新", encoding="utf-8")
        raise ZeroDivisionError


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    save_text("旧", path)
    with pytest.raises(ZeroDivisionError):
        break_off(path)
    assert path.read_text(encoding="utf-8") == "旧"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        save_text("x", tmp_path / "file" / "a.html")
