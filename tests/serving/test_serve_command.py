"""``mopai serve``: what it makes and says before BentoML takes its place, and that it ends when told."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from features.cli.console import UserError
from serving.service.launch import Launch, check_port, ensure_keys


def launch(home: Path, port: int = 3999) -> Launch:
    return Launch(home, "127.0.0.1", port, 2, scores=home / "scores", definition="left_behind")


def test_the_first_start_makes_a_key_and_later_ones_keep_it(tmp_path: Path) -> None:
    made = ensure_keys(launch(tmp_path))
    assert made is not None
    assert launch(tmp_path).owner_key.read_text().strip() == made
    assert launch(tmp_path).owner_key.stat().st_mode & 0o777 == 0o600
    assert ensure_keys(launch(tmp_path)) is None


def test_keys_that_cannot_be_written_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        ensure_keys(launch(tmp_path / "file"))


def test_a_port_in_use_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UserError, match="cannot be served"):
        check_port("127.0.0.1", taken.getsockname()[1])


def test_workers_get_their_settings_and_no_tracking(tmp_path: Path) -> None:
    made = launch(tmp_path).environment({"OMP_NUM_THREADS": "3"})
    assert made["BENTOML_DO_NOT_TRACK"] == "True"
    assert made["OMP_NUM_THREADS"] == "3"
    assert made["MOPAI_HOME"] == str(tmp_path)
    assert made["MOPAI_WORKERS"] == "2"
    assert made["MOPAI_SCORES"] == str(tmp_path / "scores")
    assert made["MOPAI_DEFINITION"] == "left_behind"
    assert launch(tmp_path).command()[1:4] == ["-m", "bentoml", "serve"]


def test_a_taken_port_ends_the_command_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "features.cli.app", "serve", "--home", str(tmp_path)]
        done = subprocess.run([*command, "--port", str(taken.getsockname()[1])], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"cannot be served" in done.stderr
    assert list(tmp_path.iterdir()) == []
