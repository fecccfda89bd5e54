"""Files and folders that are whole or not there."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.release.files import clear_unfinished, write_file, write_folder

PARTS = {"a.txt": b"first", "b.txt": b"second"}

KILLED = """
import os, sys
from pathlib import Path
import models.release.files as files
written = []
def stop_at_second(handle, content, write=os.write):
    written.append(handle)
    if len(written) == 2:
        print("half", flush=True)
        import time; time.sleep(60)
    return write(handle, content)
os.write = stop_at_second
files.write_folder(Path(sys.argv[1]) / "whole", {"a.txt": b"first", "b.txt": b"second"})
"""


def test_a_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    write_folder(tmp_path / "whole", PARTS)
    assert {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()} == PARTS
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def test_a_folder_takes_the_place_of_one_of_its_name(tmp_path: Path) -> None:
    write_folder(tmp_path / "whole", {"old.txt": b"old"})
    write_folder(tmp_path / "whole", PARTS)
    assert sorted(path.name for path in (tmp_path / "whole").iterdir()) == sorted(PARTS)


def test_a_folder_that_holds_the_same_already_is_left_as_it_is(tmp_path: Path) -> None:
    write_folder(tmp_path / "whole", PARTS)
    before = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "whole", *tmp_path.glob("*/*"))]
    write_folder(tmp_path / "whole", PARTS)
    after = [(path.stat().st_ino, path.stat().st_mtime_ns) for path in (tmp_path / "whole", *tmp_path.glob("*/*"))]
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


def _more(folder: Path) -> None:
    (folder / "more.txt").write_bytes(b"")


def _changed(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"firsT")


def _linked(folder: Path) -> None:
    (folder / "a.txt").rename(folder.parent / "elsewhere")
    (folder / "a.txt").symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize("damage", [_more, _changed, _linked])
def test_a_folder_that_holds_something_else_is_written_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "whole"
    write_folder(folder, PARTS)
    damage(folder)
    write_folder(folder, PARTS)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == PARTS
    assert not any(path.is_symlink() for path in folder.iterdir())


def test_a_killed_writer_leaves_no_folder_and_the_next_one_clears_up(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    left = list(tmp_path.iterdir())
    assert left
    assert not (tmp_path / "whole").exists()
    clear_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_clearing_up_leaves_finished_things_alone(tmp_path: Path) -> None:
    write_folder(tmp_path / "whole", PARTS)
    write_file(tmp_path / "single.json", b"{}")
    (tmp_path / ".unfinished-file").write_bytes(b"x")
    clear_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["single.json", "whole"]


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """A reader that keeps reading while the file is replaced sees one content or the other, never a part."""
    path = tmp_path / "pointer.json"
    contents = (b"a" * 200_000, b"b" * 150_000)
    write_file(path, contents[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def read_on() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_on)
        for turn in range(200):
            write_file(path, contents[turn % 2])
        done.set()
        reading.result()
    assert seen <= set(contents)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pointer.json"]


def test_a_file_in_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "nowhere" / "file", b"")
