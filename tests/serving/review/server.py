"""The review application as a running process, and a browser without a window."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import httpx
import uvicorn

from features.cli.console import home as default_home
from serving.review.desk import Folders
from serving.review.exchange.daily import daily_export
from serving.review.launch import ReviewLaunch, open_desk
from serving.review.web.app import application
from tests.serving.review.making import PASSWORD

HOST = "127.0.0.1"
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Running:
    """A running application: where it answers, and its log."""

    url: str
    log: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def browser(self, language: str = "en") -> Browser:
        """A browser with no session yet."""
        client = httpx.Client(base_url=self.url, headers={"Accept-Language": language}, timeout=30)
        self.clients.append(client)
        return Browser(client)


@dataclass(frozen=True, slots=True)
class Browser:
    """Follows links and sends forms with the token that the page before gave it."""

    client: httpx.Client

    def get(self, path: str, status: int = 200) -> str:
        """Open a page, following redirects."""
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-1500:])
        return answer.text

    def send(self, path: str, form: dict[str, str], *, seen: str, status: int = 200) -> httpx.Response:
        """Send a form of the page that was seen."""
        token = re.search(r'name="token" value="(\w+)"', seen)
        assert token, seen
        answer = self.client.post(path, data={"token": token[1], **form}, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-1500:])
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, status: int = 200) -> httpx.Response:
        """Sign in as a person would."""
        seen = self.get("/sign-in")
        return self.send("/sign-in", {"name": name, "password": password}, seen=seen, status=status)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(url: str, folder: Path, *options: str) -> Iterator[Running]:
    """``mopai review serve`` until the block ends."""
    port, log = free_port(), folder / "review.log"
    command = [sys.executable, "-m", "features.cli.app", "review", "serve", "--port", str(port), "--database", url]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, *options], stdout=out, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    server = Running(address, log)
    try:
        _wait(address, process, log)
        yield server
    finally:
        for client in server.clients:
            client.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM), log.read_text()


@contextmanager
def hosted(
    url: str, folder: Path, *, home: Path | None = None, scores: Path | None = None, scoring: str = ""
) -> Iterator[Running]:
    """The same application over HTTP from a thread of the tests' own process, where a process of its own shows no more.

    Starting one takes seconds of imports. What the command itself does is tested with ``running``.
    """
    log, kept = folder / "review.log", home or default_home()
    desk = open_desk(ReviewLaunch(url, HOST, 0, None, Folders(kept, kept / "ledger", scores), scoring))
    listening = socket.create_server((HOST, 0))
    config = uvicorn.Config(application(desk), log_config=None, access_log=False, server_header=False)
    served = uvicorn.Server(config)
    thread = Thread(target=lambda: asyncio.run(served.serve([listening])))
    server = Running(f"http://{HOST}:{listening.getsockname()[1]}", log)
    with listening, daily_export(desk), _logged_to(log):
        thread.start()
        try:
            yield server
        finally:
            for client in server.clients:
                client.close()
            served.should_exit = True
            thread.join(30)
            desk.database.engine.dispose()
            assert not thread.is_alive()


@contextmanager
def _logged_to(path: Path) -> Iterator[None]:
    """Whatever is logged while the block runs lies in a file, as a server's does."""
    handler, root = logging.FileHandler(path), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if httpx.get(f"{address}/livez").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)
