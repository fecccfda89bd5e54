"""The whole batch at growing populations: seconds, children per second and peak memory of all its processes.

``mopai score --all`` on each ledger, in a process of its own as a user starts it, with CPU seconds of all its
processes. The named peer is the same features on pandas frames and ``shap.TreeExplainer``, for one county on one core:
its time is scaled to all children and all cores, and the table says so. Duties, ranking and writing are not counted
against it.

Example: python -m tests.benchmarks.country --ledger small --ledger large --home home/demo --as-of 2026-06-30
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import psutil

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.parallel import cores
from features.table import build_feature_table
from models.release.bundle import Bundle
from serving.batch.folder import ScoreFolder
from serving.batch.run import released
from tests.benchmarks.report import Row, show
from tests.models.oracle import shap_explainer, shap_values

_SAMPLE_SECONDS = 0.2
PEER = "pandas + TreeExplainer"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took: seconds, CPU seconds and peak memory (MB) of its whole process tree; children scored."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    children: int


def measured(command: list[str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory (MB, proportional shares) of a command and all processes it starts."""
    started = time.perf_counter()
    process = psutil.Popen(command)
    cpu: dict[int, float] = {}
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(_SAMPLE_SECONDS):
            held = 0.0
            for one in _tree(process):
                try:
                    times = one.cpu_times()
                    cpu[one.pid] = times.user + times.system
                    held += one.memory_full_info().pss
                except psutil.Error:
                    continue
            peak = max(peak, held)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - started, sum(cpu.values()), peak / 2**20


def _tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def score_all(ledger: Path, home: Path, as_of: dt.date) -> Measured:
    """Score a whole ledger with the command line."""
    with tempfile.TemporaryDirectory(dir=ledger.parent) as folder:
        out = Path(folder) / "scores"
        options = {"--ledger": ledger, "--home": home, "--as-of": as_of, "--out": out}
        words = [str(word) for option in options.items() for word in option]
        seconds, cpu, peak = measured([sys.executable, "-m", "features.cli.app", "score", "--all", *words])
        return Measured(seconds, cpu, peak, ScoreFolder.open(out).manifest.counts()["children"])


def peer_seconds(ledger: Path, bundle: Bundle, as_of: dt.date) -> tuple[float, int]:
    """Seconds and children of the peer on one county, on one core."""
    store, definition = LedgerStore.open(ledger), load_definition()
    county = store.counties()[0]
    explainer = shap_explainer(lightgbm.Booster(model_str=bundle.model.booster_text))
    started = time.perf_counter()
    tables = {name: rows.to_pandas() for name, rows in store.read(county).tables.items()}
    table = build_feature_table(tables, definition, as_of, county=county)
    matrix = table.matrix()
    bundle.model.score(matrix)
    shap_values(explainer, matrix)
    return time.perf_counter() - started, len(matrix)


def row_of(ledger: Path, home: Path, as_of: dt.date, bundle: Bundle) -> Row:
    """One population: ours, and the peer scaled to it."""
    spent, children = peer_seconds(ledger, bundle, as_of)
    ours = score_all(ledger, home, as_of)
    peer = spent / children * ours.children / cores()
    print(
        f"{ours.children:,} children: {ours.seconds:.0f} s, {ours.children / ours.seconds:,.0f} children/s, "
        f"{ours.peak_memory_mb:,.0f} MB, {ours.cpu_seconds / ours.children * 1e6:,.0f} CPU s per million children"
    )
    return Row(
        f"{ours.children:,} children",
        ours.seconds,
        peer,
        f"{PEER} ({children:,} children, scaled to all and {cores()} cores)",
        peer / ours.seconds,
        "seconds",
        ours.peak_memory_mb,
    )


def main() -> None:
    """Measure every ledger named."""
    parser = argparse.ArgumentParser(description="mopai score --all at growing populations.")
    parser.add_argument("--ledger", type=Path, action="append", required=True, help="a ledger; may be given again")
    parser.add_argument("--home", type=Path, required=True, help="the home with the release")
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True, help="the day to speak for")
    parser.add_argument("--json", type=Path, default=None, help="write the rows to this file")
    asked = parser.parse_args()
    bundle = released(asked.home, None, load_definition())
    show([row_of(ledger, asked.home, asked.as_of, bundle) for ledger in asked.ledger], asked.json)


if __name__ == "__main__":
    main()
