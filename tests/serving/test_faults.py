"""Batch scoring under faults: killed in the middle, and two at once into one folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from tests.serving.conftest import AS_OF


def _start(ledger: Path, home: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "features.cli.app", "score", "--ledger", str(ledger), "--home", str(home)]
    return subprocess.Popen(
        [*command, "--as-of", AS_OF.isoformat(), "--out", str(out), "--workers", "2", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def _wait_for(path: Path, running: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if path.exists():
            return
        assert running.poll() is None, running.stderr.read() if running.stderr else ""
        time.sleep(0.05)
    raise AssertionError(f"{path} never came")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_a_killed_run_leaves_the_old_scores_and_the_next_one_works(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    out = tmp_path / "scores"
    score_region(ScoreRequest(ledger, scored.counties()[0], AS_OF, out, released_home, workers=1))
    before = _bytes(out)
    running = _start(ledger, released_home, out)
    _wait_for(tmp_path / ".scores.unfinished", running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    assert _bytes(out) == before
    assert (tmp_path / ".scores.unfinished").exists()
    finished = _start(ledger, released_home, out)
    _, errors = finished.communicate(timeout=120)
    assert finished.returncode == 0, errors
    assert _bytes(out) == _bytes(scored.folder)
    assert not (tmp_path / ".scores.unfinished").exists()


@pytest.mark.slow
def test_of_two_runs_into_one_folder_one_is_told_to_wait(
    ledger: Path, released_home: Path, scored: ScoreFolder, tmp_path: Path
) -> None:
    out = tmp_path / "scores"
    first = _start(ledger, released_home, out)
    _wait_for(tmp_path / ".scores.unfinished", first)
    second = _start(ledger, released_home, out)
    _, errors = second.communicate(timeout=120)
    first.communicate(timeout=120)
    assert first.returncode == 0
    assert second.returncode == 1
    assert "another run is writing it now" in errors
    assert _bytes(out) == _bytes(scored.folder)


def test_a_release_that_vanishes_is_said(ledger: Path, released_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    shutil.copytree(released_home, home)
    shutil.rmtree(home / "releases" / "bundles")
    command = _start(ledger, home, tmp_path / "scores")
    _, errors = command.communicate(timeout=60)
    assert command.returncode == 1
    assert "not among the bundles" in errors
    assert not (tmp_path / "scores").exists()
