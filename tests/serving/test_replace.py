"""One folder takes the place of another, and at no moment is there none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.batch.replace import exchange, replace_folder, replace_in_two_steps


def _folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "file").write_text(content, encoding="utf-8")
    return path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return _folder(tmp_path / "new", "new")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return _folder(tmp_path / "old", "old")


def _said(folder: Path) -> str:
    return (folder / "file").read_text(encoding="utf-8")


@pytest.mark.parametrize("replace", [replace_folder, replace_in_two_steps])
def test_the_new_folder_stands_where_the_old_one_was(
    new: Path, old: Path, replace: Callable[[Path, Path, Path], None]
) -> None:
    replace(new, old, old.with_name("aside"))
    assert _said(old) == "new"
    assert not old.with_name("aside").exists()


def test_where_nothing_was_the_new_folder_is_put(new: Path) -> None:
    replace_folder(new, new.with_name("old"), new.with_name("aside"))
    assert [path.name for path in new.parent.iterdir()] == ["old"]


def test_a_step_that_fails_leaves_the_old_folder(old: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_in_two_steps(old.with_name("missing"), old, old.with_name("aside"))
    assert [path.name for path in old.parent.iterdir()] == ["old"]


def test_two_folders_change_names(new: Path, old: Path) -> None:
    assert exchange(new, old)
    assert (_said(new), _said(old)) == ("old", "new")


def test_an_exchange_that_fails_is_an_error(new: Path) -> None:
    with pytest.raises(FileNotFoundError):
        exchange(new, new.with_name("missing"))


def test_an_exchange_that_cannot_be_is_said_and_nothing_done(new: Path) -> None:
    inner = _folder(new / "inner", "inner")
    assert not exchange(new, inner)
    assert (_said(new), _said(inner)) == ("new", "inner")


def test_a_reader_always_finds_a_folder(new: Path, old: Path) -> None:
    seen: set[str] = set()
    done = threading.Event()

    def read_on() -> None:
        while not done.is_set():
            seen.add(_said(old))

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_on)
        for _ in range(200):
            replace_folder(new, old, old.with_name("aside"))
        done.set()
        reading.result()
    assert seen <= {"new", "old"}
