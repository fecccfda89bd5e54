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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from features.cli.console import HOME_VARIABLE, UserError

PORT, REVIEW_PORT = 3000, 3001
READY_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 20.0

_RECORD = "serving.json"
_LOG = "serve.log"
_MARK = ("features.cli.app", "serve")


@dataclass(frozen=True, slots=True)
class Served:
    """What runs: the address of the pages, that of the scoring service with its owner's key, and the process."""

    review: str
    address: str
    key: str
    pid: int


def start(folder: Path, scores: Path) -> Served:
    """Serve pages, releases and scores of a demonstration in the background; returns once all of it is ready.

    Raises:
        UserError: the server ended or was not ready in time; its log is named.
    """
    port, review_port, log = free_port(PORT), free_port(REVIEW_PORT), folder / _LOG
    command = [sys.executable, "-m", "features.cli.app", "serve", "--home", str(folder), "--scores", str(scores)]
    command += ["--port", str(port), "--review-port", str(review_port), "--json"]
    pid = _spawn(command, _environment(folder), log)
    address, review = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{review_port}"
    key = _wait(pid, (f"{address}/readyz", f"{review}/livez"), folder / "service-key.txt", log)
    served = Served(review, address, key, pid)
    (folder / _RECORD).write_text(json.dumps(asdict(served) | {"key": ""}), encoding="utf-8")
    return served


def stop(folder: Path) -> bool:
    """End what an earlier demonstration left running, all of it; False when there is nothing."""
    record = folder / _RECORD
    if not record.is_file():
        return False
    pid = int(json.loads(record.read_text(encoding="utf-8"))["pid"])
    record.unlink()
    if not _is_ours(pid):
        return False
    family = _family(pid)
    os.kill(pid, signal.SIGTERM)
    ends = time.monotonic() + ENDS_WITHIN_SECONDS
    while any(map(_runs, family)) and time.monotonic() < ends:
        time.sleep(0.1)
    for one in filter(_runs, family):
        one.kill()
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


def _environment(folder: Path) -> dict[str, str]:
    """This one's, with the demonstration as its home and the database that lies in it."""
    own = {name: value for name, value in os.environ.items() if name != "MOPAI_REVIEW_DATABASE"}
    return {**own, HOME_VARIABLE: str(folder)}


def _wait(pid: int, addresses: Sequence[str], key_file: Path, log: Path) -> str:
    ends = time.monotonic() + READY_WITHIN_SECONDS
    running = True
    while time.monotonic() < ends and running:
        key = key_file.read_text(encoding="utf-8").strip() if key_file.is_file() else ""
        if key and all(_ready(address, key) for address in addresses):
            return key
        time.sleep(0.2)
        running = os.waitpid(pid, os.WNOHANG) == (0, 0)
    if running:
        os.kill(pid, signal.SIGTERM)
    raise UserError(f"the service at {addresses[0]} did not become ready", f"see {log}")


def _ready(address: str, key: str) -> bool:
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _is_ours(pid: int) -> bool:
    """Whether that process is a server of ours: a number may have been given to another program since."""
    try:
        process = psutil.Process(pid)
        return _runs(process) and set(_MARK) <= set(process.cmdline())
    except psutil.Error:
        return False


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _family(pid: int) -> list[psutil.Process]:
    """A process and all it started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]
