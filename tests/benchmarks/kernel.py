"""The batch kernel against ``shap.TreeExplainer`` and Woodelf: 300 trees, 31 leaves, depth 6, 60 features, one thread.

Path-dependent Shapley values of the same rows, a sixth of the values missing. TreeExplainer asks LightGBM itself, which
is how it comes; beyond ``--shap-rows`` it explains that many rows and its time is scaled, and so is Woodelf's beyond
``--woodelf-rows``; the table's names say so. Warm times stand in the table: everybody has explained the rows once. What
the first use costs in a process (making the kernel, with compiled loops from the disk) stands in a line of its own.

Example: python -m tests.benchmarks.kernel --rows 1000 --rows 10000 --json kernel.json
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd

from models.kernel.kernel import Kernel
from tests.benchmarks.explain import model_of_the_size
from tests.benchmarks.report import Row, Timing, arguments, compare, race, show
from tests.models import making
from tests.models.oracle import shap_explainer, shap_values

DEFAULT_ROWS = (1_000, 10_000, 100_000, 1_000_000)
OURS = "kernel"

_SEED = 1


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's values of some rows, shape (n, p), and the most rows that are worth waiting for."""

    name: str
    values: Callable[[making.Matrix], npt.NDArray[np.float64]]
    most_rows: int


def woodelf_values(booster: lightgbm.Booster, matrix: making.Matrix) -> npt.NDArray[np.float64]:
    """Path-dependent Shapley values by Woodelf, shape (n, p)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from woodelf import WoodelfExplainer

        frame = pd.DataFrame(matrix.astype(np.float64), columns=booster.feature_name())
        explainer = WoodelfExplainer(booster, feature_perturbation="tree_path_dependent")
        return np.asarray(explainer.shap_values(frame, verbose=False))


def peers_of(booster: lightgbm.Booster, shap_rows: int, woodelf_rows: int) -> list[Peer]:
    """Whom the kernel is set against."""
    explainer: Any = shap_explainer(booster)
    return [
        Peer("shap.TreeExplainer", partial(shap_values, explainer), shap_rows),
        Peer("woodelf 0.4.8", partial(woodelf_values, booster), woodelf_rows),
    ]


def compared(kernel: Kernel, peers: list[Peer], count: int, repeats: int) -> list[Row]:
    """The kernel on ``count`` rows against each peer, on as many of them as are worth waiting for."""
    matrix = making.rows(count, kernel_width(kernel), seed=_SEED)
    parts = {peer.name: matrix[: min(count, peer.most_rows)] for peer in peers}
    timings = race(
        {OURS: lambda: kernel.contributions(matrix)}
        | {peer.name: partial(peer.values, parts[peer.name]) for peer in peers},
        repeats=repeats,
    )
    rows = []
    for peer in peers:
        part = parts[peer.name]
        difference = float(np.abs(kernel.contributions(part)[:, :-1] - peer.values(part)).max())
        scaled = timings | {peer.name: _scaled(timings[peer.name], count / len(part))}
        row = compare(f"{count:,} rows", scaled, OURS, peer.name, max_difference=difference)
        note = "" if len(part) == count else f" ({len(part):,} rows, scaled)"
        rows.append(replace(row, peer_name=peer.name + note))
    return rows


def kernel_width(kernel: Kernel) -> int:
    """How many features a kernel explains."""
    return len(kernel.scorer.paths.cut_starts) - 1


def _scaled(timing: Timing, times: float) -> Timing:
    return Timing(timing.seconds * times, timing.peak_memory_mb)


def cold(text: str, width: int) -> tuple[Kernel, float]:
    """A kernel made in this process for the first time, with the seconds until it has explained 1,000 rows."""
    matrix = making.rows(1000, width)
    started = time.perf_counter()
    kernel = Kernel.of(text, width)
    kernel.contributions(matrix)
    return kernel, time.perf_counter() - started


def main() -> None:
    """Run the comparison for each number of rows asked for."""
    parser = arguments("The batch kernel against shap.TreeExplainer and Woodelf.", rows=DEFAULT_ROWS)
    parser.add_argument("--shap-rows", type=int, default=2_000, help="most rows that TreeExplainer explains")
    parser.add_argument("--woodelf-rows", type=int, default=100_000, help="most rows that Woodelf explains")
    asked = parser.parse_args()
    model = model_of_the_size()
    booster = lightgbm.Booster(model_str=model.booster_text)
    kernel, seconds = cold(model.booster_text, len(model.contract.names))
    print(f"cold: the kernel made and 1,000 rows explained in {seconds:.1f} s")
    peers = peers_of(booster, asked.shap_rows, asked.woodelf_rows)
    show(
        [row for count in asked.rows or DEFAULT_ROWS for row in compared(kernel, peers, count, asked.repeats)],
        asked.json,
    )


if __name__ == "__main__":
    main()
