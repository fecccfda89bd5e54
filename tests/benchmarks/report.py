"""What every benchmark shares: interleaved timing, peak memory, and rows written as a table and as JSON.

Example:
    timing = race({"ours": ours, "pandas by hand": peer}, repeats=5)
    rows = [compare("features", timing, "ours", "pandas by hand", max_difference=0.0)]
    show(rows, json_file)
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Timing:
    """Median seconds of one contestant and the most memory (MB) its runs added to the process."""

    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. ``ratio`` is peer divided by ours: above 1, ours is faster. ``max_difference`` of the values."""

    name: str
    ours: float
    peer: float
    peer_name: str
    ratio: float
    unit: str
    peak_memory_mb: float
    max_difference: float | None = None


def race(contestants: Mapping[str, Callable[[], object]], *, repeats: int = 3, warm: bool = True) -> dict[str, Timing]:
    """Time contestants in turn, A B A B, so that a busy spell of the machine hits all alike.

    Args:
        contestants: name -> a call that does the whole work.
        repeats: timed runs of each; the median counts.
        warm: run each once before, untimed.
    """
    if warm:
        for call in contestants.values():
            call()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    peaks: dict[str, float] = dict.fromkeys(contestants, 0.0)
    for _ in range(repeats):
        for name, call in contestants.items():
            spent, peak = _measure(call)
            seconds[name].append(spent)
            peaks[name] = max(peaks[name], peak)
    return {name: Timing(statistics.median(seconds[name]), peaks[name]) for name in contestants}


def compare(
    name: str, timings: Mapping[str, Timing], ours: str, peer: str, *, max_difference: float | None = None
) -> Row:
    """The row that sets one contestant against another, in seconds."""
    mine, other = timings[ours], timings[peer]
    ratio = other.seconds / mine.seconds
    return Row(name, mine.seconds, other.seconds, peer, ratio, "seconds", mine.peak_memory_mb, max_difference)


def show(rows: Sequence[Row], json_file: Path | None = None) -> None:
    """Print the rows as a table and, when asked, write them as a JSON list."""
    print(f"{'name':<34}{'ours':>10}{'peer':>10}{'ratio':>8}  {'unit':<9}{'peak MB':>9}{'max diff':>11}  peer")
    for row in rows:
        difference = "" if row.max_difference is None else f"{row.max_difference:.2g}"
        print(
            f"{row.name:<34}{row.ours:>10.3f}{row.peer:>10.3f}{row.ratio:>8.2f}  {row.unit:<9}"
            f"{row.peak_memory_mb:>9.0f}{difference:>11}  {row.peer_name}"
        )
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")


def arguments(description: str, *, rows: Sequence[int]) -> argparse.ArgumentParser:
    """The command line all benchmarks share: ``--rows`` (may be given several times) and ``--json``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rows", type=int, action="append", help=f"how many rows; default {', '.join(map(str, rows))}")
    parser.add_argument("--json", type=Path, default=None, help="write the rows to this file")
    parser.add_argument("--repeats", type=int, default=3, help="timed runs of each contestant")
    return parser


def _measure(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds and added memory (MB, sampled every 10 ms) of one call."""
    gc.collect()
    process = psutil.Process()
    before = peak = process.memory_info().rss
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(_SAMPLE_SECONDS):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    kept = call()
    spent = time.perf_counter() - started
    done.set()
    watcher.join()
    peak = max(peak, process.memory_info().rss)
    del kept
    return spent, (peak - before) / 2**20
