"""The service against a naive FastAPI endpoint with ``shap.TreeExplainer`` per request, in one run.

One child with reasons at a fixed arrival rate (open loop: a slow answer delays nobody's question, and time counts from
when a question was due): p50, p95 and p99 against the targets, since the peer cannot keep that rate. Then against the
peer: one child after another, and 500 children in one request. Ours reads ledger rows, makes features, duties, score,
exact contributions and sentences. The peer is handed the finished feature values and makes score and contributions
only. Both have run before, so that their compiled code is kept (start-up is measured warm).

Example: python -m tests.benchmarks.service --rate 50 --seconds 20 --json service.json
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from features.simulator.plan import SimulationPlan
from features.simulator.run import simulate
from features.table import build_feature_table
from models.release.bundle import BundleContent, write_bundle
from models.release.current import ReleaseStore
from models.release.golden import make_golden
from models.release.reference import reference_distribution
from serving.batch.run import ScoreRequest, score_region
from tests.benchmarks.report import Row, arguments, show
from tests.models.making import grow, risk_model
from tests.serving.service.requests import family, sent_rows

PLAN = SimulationPlan(children=2_400, counties=2, seed=20161110, months=30)
TREES, LEAVES, DEPTH = 300, 31, 6
MANY, MANY_TIMES = 500, 6
FAMILIES = 40
# Milliseconds on one core: the worst of a hundred, 500 children ranked with reasons, and from start to ready.
ONE_TARGET, MANY_TARGET, READY_TARGET = 20.0, 300.0, 5000.0


def main() -> None:
    """Run both servers in turn and print how they compare."""
    parser = arguments(__doc__ or "", rows=(MANY,))
    parser.add_argument("--rate", type=float, default=50.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to ask")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        rows = compare_servers(world, options.rate, options.seconds)
    show(rows, options.json)


class World:
    """A simulated county, a model of its features as the release, and its batch of scores."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.scores = folder, folder / "home", folder / "scores"
        simulate(PLAN, folder / "sent")
        definition = load_definition()
        import_folder(folder / "sent", folder / "ledger", definition)
        store = LedgerStore.open(folder / "ledger")
        self.county, self.as_of = store.counties()[0], PLAN.last_day
        tables = store.read(self.county).tables
        table = build_feature_table(tables, definition, self.as_of - timedelta(days=90), county=self.county)
        matrix = table.matrix()
        booster = grow(matrix, table.contract.names, TREES, num_leaves=LEAVES, max_depth=DEPTH)
        model = risk_model(booster, table.contract)
        content = BundleContent(
            model, definition, reference_distribution(matrix, table.contract.names), make_golden(model), "", {}, {}
        )
        releases = ReleaseStore(self.home)
        releases.promote(releases.install(write_bundle(folder / "bundle", content)))
        score_region(ScoreRequest(folder / "ledger", self.county, self.as_of, self.scores, self.home, workers=1))
        whole = {
            "as_of": str(self.as_of),
            "region": self.county,
            "language": "zh",
            **{name: standing(rows) for name, rows in sent_rows(tables).items()},
        }
        children = table.frame["child_id"].to_list()
        self.singles = [json.dumps(family(whole, child)).encode() for child in children[:FAMILIES]]
        self.many = json.dumps(some_families(whole, children, MANY)).encode()
        self.booster, self.matrix = folder / "booster.txt", matrix
        self.booster.write_text(model.booster_text)

    def values(self, count: int) -> bytes:
        """The peer's question: finished feature values."""
        rows = [[None if np.isnan(value) else float(value) for value in row] for row in self.matrix[:count]]
        return json.dumps({"rows": rows}).encode()


def standing(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that were never taken back, without those that take back."""
    gone = {row["retracts"] for row in rows if "retracts" in row}
    return [row for row in rows if "retracts" not in row and row["row_id"] not in gone]


def some_families(whole: dict[str, Any], children: Sequence[str], count: int) -> dict[str, Any]:
    """The families of the first children, ``count`` children of the cohort at least."""
    homes = {row["household_id"] for row in whole["children"] if row["child_id"] in set(children[:count])}
    people = {row["child_id"] for row in whole["children"] if row["household_id"] in homes}
    visits = {row["visit_id"] for row in whole["visits"] if row["household_id"] in homes}
    of = {
        "households": lambda row: row["household_id"] in homes,
        "children": lambda row: row["child_id"] in people,
        "visits": lambda row: row["visit_id"] in visits,
        "assessments": lambda row: row["visit_id"] in visits and row["child_id"] in people,
        "findings": lambda row: row["visit_id"] in visits,
    }
    return {**whole, **{name: [row for row in whole[name] if test(row)] for name, test in of.items()}}


def compare_servers(world: World, rate: float, seconds: float) -> list[Row]:
    """Ask ours, then the peer, the same number of times at the same rate."""
    with ours(world):
        pass
    with ours(world) as (url, headers, memory, ready):
        mine = measured(url + "/v1/score", world.singles, headers, rate, seconds)
        my_one = in_turn(url + "/v1/score", world.singles, headers)
        my_many = in_turn(url + "/v1/score", [world.many] * MANY_TIMES, headers)
        used = memory()
    with naive(world) as url:
        their_one = in_turn(url + "/score", [world.values(1)] * FAMILIES, {})
        their_many = in_turn(url + "/score", [world.values(MANY)] * MANY_TIMES, {})
    peer = "FastAPI with TreeExplainer per request"
    against = [
        *((f"one child, {rate:g}/s, p{share}", found, ONE_TARGET, "the target") for share, found in mine.items()),
        ("one child after another", my_one, their_one, peer),
        (f"{MANY} children, one request", my_many, their_many, peer),
        (f"{MANY} children, one request", my_many, MANY_TARGET, "the target"),
        ("ready from start", ready, READY_TARGET, "the target"),
    ]
    return [Row(what, own, other, whose, other / own, "ms", used) for what, own, other, whose in against]


def measured(
    url: str, bodies: Sequence[bytes], headers: dict[str, str], rate: float, seconds: float
) -> dict[int, float]:
    """Percentiles of the time to an answer (ms), from when each question was due."""
    took = asyncio.run(_open_loop(url, bodies, headers, rate, seconds))
    return {share: float(np.percentile(took, share)) for share in (50, 95, 99)}


async def _open_loop(
    url: str, bodies: Sequence[bytes], headers: dict[str, str], rate: float, seconds: float
) -> list[float]:
    took: list[float] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx.AsyncClient(headers=headers, timeout=120, limits=limits) as client:

        async def ask(due: float, body: bytes) -> None:
            answer = await client.post(url, content=body, headers={"Content-Type": "application/json"})
            answer.raise_for_status()
            took.append((time.perf_counter() - due) * 1000)

        for body in bodies[:10]:
            await ask(time.perf_counter(), body)
        took.clear()
        begin, asked = time.perf_counter(), []
        for number in range(int(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asked.append(asyncio.create_task(ask(due, bodies[number % len(bodies)])))
        await asyncio.gather(*asked)
    return took


def in_turn(url: str, bodies: Sequence[bytes], headers: dict[str, str]) -> float:
    """The median time (ms) of questions asked one after another; the first is not counted."""
    took = []
    with httpx.Client(headers=headers, timeout=300) as client:
        for body in bodies:
            started = time.perf_counter()
            client.post(url, content=body, headers={"Content-Type": "application/json"}).raise_for_status()
            took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took[1:])


@contextmanager
def ours(world: World) -> Iterator[tuple[str, dict[str, str], Any, float]]:
    """Our service with one worker: its address, a key, its memory (MB) and how long it took to be ready (ms)."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "features.cli.app",
        "serve",
        "--only",
        "scoring",
        "--home",
        str(world.home),
        "--port",
        str(port),
    ]
    started = time.perf_counter()
    with _running([*command, "--scores", str(world.scores)], world.home) as process:
        url = f"http://127.0.0.1:{port}"
        headers = _wait(f"{url}/readyz", world.home / "service-key.txt")
        ready = (time.perf_counter() - started) * 1000

        def memory() -> float:
            family = [process, *process.children(recursive=True)]
            return sum(each.memory_info().rss for each in family) / 2**20

        yield url, headers, memory, ready


@contextmanager
def naive(world: World) -> Iterator[str]:
    """The peer: an endpoint as tutorials write it, one worker."""
    port = _free_port()
    with _running([sys.executable, "-m", "tests.benchmarks.naive_endpoint", str(world.booster), str(port)], Path.cwd()):
        _wait(f"http://127.0.0.1:{port}/ready", None)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[psutil.Process]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path.cwd())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)


def _wait(url: str, key: Path | None) -> dict[str, str]:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        headers = {"Authorization": f"Bearer {key.read_text().strip()}"} if key is not None and key.exists() else {}
        try:
            if httpx.get(url, headers=headers).status_code == 200:
                return headers
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(url)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
