"""The folder of scores is put in place whole or not at all, and nothing else is ever overwritten."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from features.cli.console import UserError
from serving.batch.output import KIND, MANIFEST, is_score_folder, staged


def _fill(folder: Path, content: str) -> None:
    (folder / "520001.parquet").write_text(content, encoding="utf-8")
    (folder / MANIFEST).write_text(f'{{"kind": "{KIND}"}}', encoding="utf-8")


def _write(out: Path, content: str) -> None:
    with staged(out) as folder:
        _fill(folder, content)


def _read(out: Path) -> str:
    return (out / "520001.parquet").read_text(encoding="utf-8")


def _beside(out: Path) -> set[str]:
    return {path.name for path in out.parent.iterdir()} - {out.name, f".{out.name}.lock"}


def test_a_new_folder_is_made_with_its_parents_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "scores"
    _write(out, "first")
    (out / "left.parquet").write_text("of the first run", encoding="utf-8")
    _write(out, "second")
    assert {path.name for path in out.iterdir()} == {"520001.parquet", MANIFEST}
    assert _read(out) == "second"
    assert _beside(out) == set()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "scores").mkdir()
    _write(tmp_path / "scores", "first")
    assert _read(tmp_path / "scores") == "first"


def test_a_run_that_fails_leaves_the_old_scores(tmp_path: Path) -> None:
    out = tmp_path / "scores"
    _write(out, "first")

    def failing() -> None:
        with staged(out) as folder:
            _fill(folder, "half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert _read(out) == "first"
    assert _beside(out) == set()


def test_what_a_killed_run_left_is_cleared_and_brought_back(tmp_path: Path) -> None:
    out = tmp_path / "scores"
    _write(out, "first")
    (tmp_path / ".scores.unfinished").mkdir()
    (tmp_path / ".scores.unfinished" / "half.parquet").write_text("x", encoding="utf-8")
    out.rename(tmp_path / ".scores.previous")
    with pytest.raises(KeyError), staged(out):
        raise KeyError
    assert _read(out) == "first"
    assert _beside(out) == set()


def test_only_one_run_writes_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "scores"
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with staged(out) as folder:
            _fill(folder, "first")
            inside.set()
            leave.wait(10)

    running = threading.Thread(target=first)
    running.start()
    assert inside.wait(10)
    with pytest.raises(UserError, match="another run is writing it now"):
        _write(out, "second")
    leave.set()
    running.join()
    assert _read(out) == "first"
    _write(out, "second")
    assert _read(out) == "second"


def test_a_folder_that_holds_no_scores_is_not_touched(tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work", encoding="utf-8")
    for content in (None, "not json", "[]", '{"kind": "other"}'):
        if content is not None:
            (out / MANIFEST).write_text(content, encoding="utf-8")
        assert not is_score_folder(out)
        with pytest.raises(UserError, match="holds no scores of an earlier run"):
            _write(out, "first")
    assert (out / "chapter.txt").read_text(encoding="utf-8") == "years of work"


def test_a_file_and_a_link_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    _write(tmp_path / "real", "first")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("file", "link"):
        with pytest.raises(UserError, match="holds no scores"):
            _write(tmp_path / name, "second")
    assert _read(tmp_path / "real") == "first"


@pytest.mark.parametrize("place", ["/proc/mopai/scores", "file/scores"])
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    out = Path(place) if place.startswith("/") else tmp_path / place
    with pytest.raises(UserError, match="cannot be written") as caught:
        _write(out, "first")
    assert "--out" in caught.value.hint


def test_scores_that_cannot_take_their_place_leave_the_old_ones(tmp_path: Path) -> None:
    out = tmp_path / "scores"
    _write(out, "first")

    def vanished() -> None:
        with staged(out) as folder:
            folder.rmdir()

    with pytest.raises(UserError, match="cannot be written"):
        vanished()
    assert _read(out) == "first"
    assert _beside(out) == set()
