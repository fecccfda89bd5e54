"""Suspensions: what was written is read back whole; what cannot be read stops scoring."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import Label
from models.release.suspensions import (
    Suspension,
    SuspensionReader,
    read_suspensions,
    suspensions_file,
    write_suspensions,
)

ONE = Suspension("520001", date(2026, 6, 30), "m1", ("equal_scores", "old_data"), Label("评分相同", "equal scores"))


def test_nothing_is_suspended_where_nothing_was_written(tmp_path: Path) -> None:
    assert read_suspensions(tmp_path) == {}


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    write_suspensions(tmp_path, {"520001": ONE})
    assert read_suspensions(tmp_path) == {"520001": ONE}
    write_suspensions(tmp_path, {})
    assert read_suspensions(tmp_path) == {}
    assert [path.name for path in suspensions_file(tmp_path).parent.iterdir()] == ["suspended.json"]


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"format": 2, "counties": {}}', '{"format": 1}', '{"format": 1, "counties": {"520001": {"since": 1}}}'],
)
def test_what_cannot_be_read_is_an_error_and_not_nobody_suspended(tmp_path: Path, content: str) -> None:
    suspensions_file(tmp_path).parent.mkdir()
    suspensions_file(tmp_path).write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"suspended\.json: not the suspensions"):
        read_suspensions(tmp_path)


def test_a_reader_follows_what_is_written_and_reads_it_once(tmp_path: Path) -> None:
    reader = SuspensionReader(tmp_path)
    assert reader.current() == {}
    write_suspensions(tmp_path, {"520001": ONE})
    assert reader.current() == {"520001": ONE}
    assert reader.current() is reader.current()
    write_suspensions(tmp_path, {})
    assert reader.current() == {}
    suspensions_file(tmp_path).write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match="not the suspensions"):
        reader.current()
