"""A real server with a key, on a home of its own; requests made from the ledger's own rows."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.ledger.store import LedgerStore
from models.release.current import ReleaseStore
from serving.batch.folder import ScoreFolder
from serving.service.keys import new_key, read_keys, write_keys
from tests.serving.service.requests import sent_rows

PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running service: where it answers, the owner's key, its home, its log and its process."""

    url: str
    key: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]

    def client(self, key: str | None = None) -> httpx.Client:
        """A client with the owner's key, or another."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def wait_for(self, path: str, status: int) -> None:
        """Wait until a path answers with a status."""
        self.wait(lambda client: client.get(path).status_code == status)

    def wait(self, holds: Any) -> None:
        """Wait until something holds of the service."""
        until = time.monotonic() + PATIENCE
        with self.client() as client:
            while True:
                try:
                    if holds(client):
                        return
                except httpx.TransportError:
                    pass
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < until, self.log.read_text()
                time.sleep(0.05)

    def stop(self) -> int:
        """End the service as a person would; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def start(home: Path, *, scores: Path | None = None, workers: int = 1) -> Server:
    """Start ``mopai serve``; the caller stops it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = home / "serve.log"
    command = [
        sys.executable,
        "-m",
        "features.cli.app",
        "serve",
        "--only",
        "scoring",
        "--home",
        str(home),
        "--port",
        str(port),
    ]
    command += ["--workers", str(workers), *(["--scores", str(scores)] if scores else [])]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=home, env={**os.environ})
    until = time.monotonic() + PATIENCE
    while not (home / "service-keys.json").exists():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
    key = (home / "service-key.txt").read_text().strip()
    server = Server(f"http://127.0.0.1:{port}", key, home, log, process)
    server.wait(lambda client: client.get("/livez").status_code == 200)
    return server


def copied_home(released_home: Path, folder: Path) -> Path:
    """A home with the same release, whose pointer may be moved."""
    theirs, ours = ReleaseStore(released_home), ReleaseStore(folder)
    ours.install(theirs.current())
    ours.promote(theirs.current().name)
    return folder


@pytest.fixture(scope="session")
def server(released_home: Path, scored: ScoreFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A ready service of the released model and the scored province. Its release is not to be moved."""
    home = copied_home(released_home, tmp_path_factory.mktemp("served"))
    running = start(home, scores=scored.folder)
    running.wait_for("/readyz", 200)
    yield running
    assert running.stop() == 0


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    """A client with the owner's key."""
    with server.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def narrow_key(server: Server) -> str:
    """A key of the service that opens the model and nothing else."""
    path = server.home / "service-keys.json"
    secret, key = new_key("narrow", ("model",))
    write_keys(path, [*read_keys(path).keys, key])
    return secret


@pytest.fixture(scope="session")
def county_request(ledger: Path, scored: ScoreFolder) -> dict[str, Any]:
    """Everything the ledger holds of one county, as one request for the day it was scored."""
    county = scored.counties()[0]
    tables = LedgerStore.open(ledger).read(county).tables
    return {"as_of": str(scored.manifest.as_of), "region": county, "language": "en", **sent_rows(tables)}
