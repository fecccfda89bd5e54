"""What is left behind by a killed process is ended; what it ended itself is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from serving import after_us
from serving.after_us import ALL_ENDED, watch

WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS


def started(code: str) -> subprocess.Popen[str]:
    """A process that waits, the first of a session of its own."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True, start_new_session=True
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


@pytest.mark.parametrize(("code", "by"), [(WAITS, signal.SIGTERM), (DEAF, signal.SIGKILL)], ids=["asked", "made to"])
def test_what_is_left_behind_is_ended(monkeypatch: pytest.MonkeyPatch, code: str, by: signal.Signals) -> None:
    monkeypatch.setattr(after_us, "ENDS_WITHIN_SECONDS", 0.1)
    process = started(code)
    watch([f"{process.pid}\n"])
    assert process.wait() == -by
    process.communicate()


def test_what_ended_already_is_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_us, "ENDS_WITHIN_SECONDS", 0.0)
    process = started(WAITS)
    assert ended(process) == 0
    watch([f"{process.pid}\n"])


def test_where_all_was_ended_nothing_is_done() -> None:
    process = started(WAITS)
    watch([f"{process.pid}\n", f"{ALL_ENDED}\n"])
    assert ended(process) == 0


def test_it_reads_from_its_starter() -> None:
    command = [sys.executable, "-m", "serving.after_us"]
    assert subprocess.run(command, input=f"{os.getpid()}\n{ALL_ENDED}\n", text=True, check=True).returncode == 0
