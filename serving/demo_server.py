"""The demonstration's own server: started in the background, found again by its process number, stopped on request."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from features.cli.console import HOME_VARIABLE, UserError

PORT = 3000
READY_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 20.0

_RECORD = "serving.json"
_LOG = "serve.log"
_MARK = "serving.service.app"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, the key its owner signs in with, and its process."""

    address: str
    key: str
    pid: int


def start(folder: Path, scores: Path) -> Served:
    """Serve the releases and scores of a demonstration in the background; returns once it is ready.

    Raises:
        UserError: the server ended or was not ready in time; its log is named.
    """
    port, log = free_port(PORT), folder / _LOG
    command = [sys.executable, "-m", "features.cli.app", "serve", "--home", str(folder), "--scores", str(scores)]
    pid = _spawn([*command, "--port", str(port), "--json"], {**os.environ, HOME_VARIABLE: str(folder)}, log)
    address = f"http://127.0.0.1:{port}"
    served = Served(address, _wait(pid, address, folder / "service-key.txt", log), pid)
    (folder / _RECORD).write_text(json.dumps(asdict(served) | {"key": ""}), encoding="utf-8")
    return served


def stop(folder: Path) -> bool:
    """End the server an earlier demonstration left running; False when there is none."""
    record = folder / _RECORD
    if not record.is_file():
        return False
    pid = int(json.loads(record.read_text(encoding="utf-8"))["pid"])
    record.unlink()
    if not _is_ours(pid):
        return False
    os.kill(pid, signal.SIGTERM)
    ends = time.monotonic() + ENDS_WITHIN_SECONDS
    while _is_ours(pid) and time.monotonic() < ends:
        time.sleep(0.1)
    if _is_ours(pid):
        os.kill(pid, signal.SIGKILL)
    return True


def free_port(wanted: int) -> int:
    """The wanted port of this machine if nobody listens there, else any that is free."""
    for port in (wanted, 0):
        try:
            with socket.create_server(("127.0.0.1", port)) as found:
                return int(found.getsockname()[1])
        except OSError:
            continue
    raise UserError("no free port on this machine", "end a program that listens, then run the demonstration again")


def _spawn(command: list[str], environment: Mapping[str, str], log: Path) -> int:
    """Start a process that outlives this one: a session of its own, what it says in a file."""
    to_log = (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    no_input = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    files = [no_input, to_log, (os.POSIX_SPAWN_DUP2, 1, 2)]
    return os.posix_spawn(command[0], command, environment, file_actions=files, setsid=True)


def _wait(pid: int, address: str, key_file: Path, log: Path) -> str:
    ends = time.monotonic() + READY_WITHIN_SECONDS
    running = True
    while time.monotonic() < ends and running:
        if key_file.is_file() and (key := key_file.read_text(encoding="utf-8").strip()) and _ready(address, key):
            return key
        time.sleep(0.2)
        running = os.waitpid(pid, os.WNOHANG) == (0, 0)
    if running:
        os.kill(pid, signal.SIGTERM)
    raise UserError(f"the service at {address} did not become ready", f"see {log}")


def _ready(address: str, key: str) -> bool:
    request = urllib.request.Request(f"{address}/readyz", headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_ours(pid: int) -> bool:
    """Whether that process is a server of ours: a number may have been given to another program since."""
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and any(_MARK in part for part in process.cmdline())
    except psutil.Error:
        return False
