"""Small models and bundles for the tests of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from models.bands import Cutoffs
from models.calibration import Calibration

Matrix = npt.NDArray[np.float32]

CALIBRATION = Calibration(0.9, -0.3)
CUTOFFS = Cutoffs(0.5, -0.5, date(2016, 1, 1), date(2016, 6, 30))


def rows(count: int, width: int, seed: int = 0, missing: float = 0.15) -> Matrix:
    """Made-up feature values; some are not known."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, width)).astype(np.float32)
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix


def labels(matrix: Matrix, seed: int = 0) -> npt.NDArray[np.float64]:
    """Labels that depend on the first three columns (or as many as there are), with noise."""
    random = np.random.default_rng(seed + 1)
    filled = np.nan_to_num(matrix[:, :3]).astype(np.float64)
    return (filled.sum(axis=1) + filled[:, 0] * filled[:, -1] + random.normal(size=len(matrix)) > 0.5).astype(
        np.float64
    )


def grow(matrix: Matrix, names: Sequence[str], trees: int = 20, **parameters: Any) -> lightgbm.Booster:
    """A booster grown on the matrix with made-up labels."""
    settings: Mapping[str, Any] = {
        "objective": "binary", "verbosity": -1, "num_leaves": 8, "min_data_in_leaf": 5, "num_threads": 1, "seed": 1,
        "deterministic": True, "force_row_wise": True, **parameters,
    }  # fmt: skip
    data = lightgbm.Dataset(matrix, labels(matrix), feature_name=list(names), params={"verbosity": -1})
    return lightgbm.train(dict(settings), data, num_boost_round=trees)
