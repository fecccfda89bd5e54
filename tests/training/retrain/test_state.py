"""How far a retraining came: written whole, read whole, by one at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from features.cli.console import UserError
from training.retrain.fingerprint import Fingerprint
from training.retrain.state import FOLDER, LastRun, alone, clear_scratch, read_last, write_last

LAST = LastRun(Fingerprint("d", "p", "f", "c"), "m1", audited=True, compared_with="m0")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    assert read_last(tmp_path) is None
    with alone(tmp_path):
        write_last(tmp_path, LAST)
    assert read_last(tmp_path) == LAST


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2}', '{"format": 1, "model_id": "m"}'])
def test_what_cannot_be_read_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "last.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="not what a retraining writes"):
        read_last(tmp_path)


def test_two_at_once_are_refused_and_one_after_the_other_is_not(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(UserError, match="another retraining is running"), alone(tmp_path):
        pass
    with pytest.raises(ZeroDivisionError), alone(tmp_path):
        _ = 1 / 0
    with alone(tmp_path):
        pass


def test_rows_a_killed_run_left_are_cleared_once_nobody_writes_to_them(tmp_path: Path) -> None:
    old, new, other = tmp_path / "training-old", tmp_path / "audit-new", tmp_path / "training.txt"
    draft = tmp_path / "evidence" / ".draft-x"
    for folder in (old, new, draft):
        folder.mkdir(parents=True)
        (folder / "rows.npy").write_bytes(b"x")
    other.write_text("x", encoding="utf-8")
    yesterday = time.time() - 25 * 3600
    for path in (old / "rows.npy", old, draft / "rows.npy", draft):
        os.utime(path, (yesterday, yesterday))
    assert clear_scratch(tmp_path, 24) == (old, draft)
    assert new.is_dir()
    assert other.is_file()
    assert (tmp_path / "evidence").is_dir()
