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
    *, spread: float = 1.5, sorted_by: str = "noise", households: int = 1_500, visitors: int = 12, seed: int = 3
) -> World:
    """Visits in which "need" makes need, "noise" none, and visitors who find more go where ``sorted_by`` is high.

    ``spread`` is the standard deviation of what visitors add to the log-odds of a label. Visitors cross households all
    the same. Each visit is one child's.
    """
    random = np.random.default_rng(seed)
    effects = np.sort(random.normal(0.0, spread, visitors))
    column = CONTRACT.names.index(sorted_by)
    part, _ = _rows(random, effects, column, households, "f")
    other, truth = _rows(random, effects, column, households, "t")
    return World(part, other, truth, effects)


def _rows(
    random: np.random.Generator, effects: FloatArray, column: int, households: int, prefix: str
) -> tuple[Part, FloatArray]:
    matrix = random.normal(size=(households, len(CONTRACT.names))).astype(np.float32)
    matrix[:, 3] = np.nan
    truth = 0.8 * matrix[:, 0].astype(np.float64) - 1.5
    drawn = 2.0 * matrix[:, column] + random.normal(0.0, 1.0, households)
    visitor = np.clip((len(effects) * np.argsort(np.argsort(drawn)) // households), 0, len(effects) - 1)
    found = random.random(households) < expit(truth + effects[visitor])
    number = range(households)
    rows = pl.DataFrame(
        {
            "child_id": [f"{prefix}c{each:05}" for each in number],
            "household_id": [f"{prefix}h{each:05}" for each in number],
            "county": "520001",
            "as_of": [WINDOWS.fit[each % len(WINDOWS.fit)] for each in number],
            "visit_id": [f"{prefix}v{each:05}" for each in number],
            "visitor_id": [f"w{each:03}" for each in visitor],
            "label": found,
            "held_out": False,
            "model": truth,
            "probability": expit(truth),
        }
    )
    return Part(matrix, rows), truth
