"""Made-up visits whose visitors differ, with the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import expit

from tests.training.made import CONTRACT, WINDOWS
from training.dataset import Part

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """Rows of the fit window, and rows of another with the log-odds of need that no visitor changes."""

    part: Part
    other: Part
    truth: FloatArray
    effects: FloatArray


def world(
    *,
    spread: float = 1.5,
    sorted_by: str = "noise",
    households: int = 750,
    visitors: int = 12,
    seed: int = 3,
    crossing: bool = True,
) -> World:
    """Visits in which "need" makes need, "noise" none, and visitors who find more go where ``sorted_by`` is high.

    ``spread`` is the standard deviation of what visitors add to the log-odds of a label. Every household is visited
    twice, its features measured anew; with ``crossing`` the second visitor is another as often as not.
    """
    random = np.random.default_rng(seed)
    effects = np.sort(random.normal(0.0, spread, visitors))
    column = CONTRACT.names.index(sorted_by)
    part, _ = _rows(random, effects, column, (households, crossing), "f")
    other, truth = _rows(random, effects, column, (households, crossing), "t")
    return World(part, other, truth, effects)


def _rows(
    random: np.random.Generator, effects: FloatArray, column: int, houses: tuple[int, bool], prefix: str
) -> tuple[Part, FloatArray]:
    households, crossing = houses
    count = 2 * households
    matrix = random.normal(size=(count, len(CONTRACT.names))).astype(np.float32)
    matrix[:, 3] = np.nan
    truth = 0.8 * matrix[:, 0].astype(np.float64) - 1.5
    drawn = 2.0 * matrix[:, column] + random.normal(0.0, 1.0, count)
    visitor = len(effects) * np.argsort(np.argsort(drawn)) // count
    if not crossing:
        visitor = np.tile(visitor[:households], 2)
    found = random.random(count) < expit(truth + effects[visitor])
    rows = pl.DataFrame(
        {
            "child_id": [f"{prefix}c{each % households:05}" for each in range(count)],
            "household_id": [f"{prefix}h{each % households:05}" for each in range(count)],
            "county": "520001",
            "as_of": [WINDOWS.fit[each % 4 + 4 * (each // households)] for each in range(count)],
            "visit_id": [f"{prefix}v{each:05}" for each in range(count)],
            "visitor_id": [f"w{each:03}" for each in visitor],
            "label": found,
            "held_out": False,
            "model": truth,
            "probability": expit(truth),
        }
    )
    return Part(matrix, rows), truth
