"""Processes that run together: all or none, and ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from features.cli.console import UserError
from serving import together
from serving.together import Part, Together


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def web(name: str, folder: Path) -> Part:
    """A process that answers until it is ended."""
    port = free()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]
    return Part(name, command, dict(os.environ), f"http://127.0.0.1:{port}/", silent=True)


def script(name: str, code: str, folder: Path) -> Part:
    """A process that does not answer."""
    return Part(
        name, [sys.executable, "-c", code], {**os.environ, "FOLDER": str(folder)}, f"http://127.0.0.1:{free()}/"
    )


def test_a_signal_ends_every_part_once_all_answered(tmp_path: Path) -> None:
    one = Together([web("one", tmp_path), web("two", tmp_path)])
    said: list[list[int]] = []

    def ready() -> None:
        said.append([process.pid for process in one.running])
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    one.run(ready)
    assert len(said[0]) == 2
    assert one.told == signal.SIGTERM
    assert not any(psutil.pid_exists(pid) for pid in said[0])
    assert one.watcher is not None
    assert one.watcher.returncode == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_starter_that_is_killed_takes_every_part_with_it(tmp_path: Path) -> None:
    parts = [web("one", tmp_path), web("two", tmp_path)]
    code = (
        "import os\n"
        "from serving.together import Part, Together\n"
        f"told = {told(parts)}\n"
        "parts = [Part(name, command, dict(os.environ), alive, silent=True) for name, command, alive in told]\n"
        "one = Together(parts)\n"
        "one.run(lambda: print(*(process.pid for process in one.running), one.watcher.pid, flush=True))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        *running, watcher = map(int, starter.stdout.readline().split())
        starter.kill()
        assert starter.wait() == -signal.SIGKILL
    try:
        assert len(running) == 2
        assert all(gone(number) for number in running)
    finally:
        os.kill(watcher, signal.SIGKILL)


def told(parts: list[Part]) -> list[tuple[str, list[str], str]]:
    """What a starter of its own needs to know of parts."""
    return [(part.name, [*part.command], part.alive) for part in parts]


def test_ctrl_c_before_all_answer_ends_what_was_started(tmp_path: Path) -> None:
    one = Together([web("one", tmp_path), script("two", "import time; time.sleep(60)", tmp_path)])
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    one.run(lambda: pytest.fail("nobody is ready"))
    assert [process.poll() is None for process in one.running] == [False, False]


def test_a_part_that_cannot_start_ends_the_others(tmp_path: Path) -> None:
    one = Together([web("pages", tmp_path), Part("scores", [str(tmp_path / "none")], {}, "http://127.0.0.1:1/")])
    with pytest.raises(UserError, match=r"the scores cannot be started \(No such file"):
        one.run(lambda: None)
    assert one.running[0].poll() is not None


def test_a_part_that_ends_by_itself_is_named_and_not_started_again(tmp_path: Path) -> None:
    code = "import os, pathlib; pathlib.Path(os.environ['FOLDER'], 'starts').open('a').write('x'); raise SystemExit(7)"
    one = Together([web("pages", tmp_path), script("scores", code, tmp_path)])
    with pytest.raises(UserError, match=r"the scores ended by itself \(exit code 7\); everything was ended"):
        one.run(lambda: None)
    assert one.running[0].poll() is not None
    assert (tmp_path / "starts").read_text() == "x"


def test_a_part_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "READY_WITHIN_SECONDS", 0.5)
    one = Together([script("scores", "import time; time.sleep(60)", tmp_path)])
    with pytest.raises(UserError, match="the scores does not answer at http"):
        one.run(lambda: None)
    assert one.running[0].poll() is not None


def test_a_part_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "ENDS_WITHIN_SECONDS", 0.5)
    code = (
        "import os, pathlib, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path(os.environ['FOLDER'], 'child').write_text(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    one = Together([script("scores", code, tmp_path)])

    def when_there() -> None:
        while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=when_there).start()
    one.run(lambda: None)
    assert one.running[0].poll() == -signal.SIGKILL
    child = int((tmp_path / "child").read_text())
    # Killed is not yet gone: whoever adopts it collects it a moment later.
    assert gone(child)


def gone(pid: int, within_seconds: float = 10.0) -> bool:
    """Whether a process ended, or ends within a time."""
    try:
        psutil.Process(pid).wait(within_seconds)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True
