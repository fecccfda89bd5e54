"""Grow the booster: native LightGBM, monotone where the definition says so, the same trees for the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from features.contract import FeatureContract
from training.plan import ScreeningPlan

if TYPE_CHECKING:
    import lightgbm

Matrix = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows to fit or to validate on: float32 (n, p), labels 0 or 1 (n,), weights (n,).

    ``offsets``: log-odds (n,) that the trees start from and do not learn; without them they start from the base rate.
    """

    matrix: Matrix
    labels: FloatArray
    weights: FloatArray
    offsets: FloatArray | None = None


def booster_parameters(plan: ScreeningPlan, contract: FeatureContract, threads: int) -> dict[str, Any]:
    """LightGBM's parameters before the search: the plan's own, and those that make runs repeatable.

    ``deterministic`` with row-wise histograms gives the same trees whatever the number of threads.
    """
    return {
        "objective": "binary",
        "verbosity": -1,
        "seed": plan.seed,
        "num_threads": threads,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "max_depth": plan.learning.depth,
        "monotone_constraints": list(contract.directions),
        **plan.learning.parameters,
    }


def binned(sample: Sample, contract: FeatureContract, parameters: Mapping[str, Any]) -> lightgbm.Dataset:
    """The sample as LightGBM bins it; binning happens once and serves every fit on these rows."""
    import lightgbm

    return lightgbm.Dataset(
        sample.matrix,
        sample.labels,
        weight=sample.weights,
        init_score=sample.offsets,
        feature_name=list(contract.names),
        params=dict(parameters),
        free_raw_data=False,
    )


def grow(dataset: lightgbm.Dataset, parameters: Mapping[str, Any], rounds: int) -> lightgbm.Booster:
    """Grow a booster of exactly ``rounds`` trees."""
    import lightgbm

    return lightgbm.train(dict(parameters), dataset, num_boost_round=rounds)


def grow_until_no_gain(
    dataset: lightgbm.Dataset, validation: lightgbm.Dataset, parameters: Mapping[str, Any], rounds: int, patience: int
) -> lightgbm.Booster:
    """Grow until the validation loss has not fallen for ``patience`` rounds; ``best_iteration`` is the best count."""
    import lightgbm

    stop = lightgbm.early_stopping(patience, verbose=False)
    return lightgbm.train(dict(parameters), dataset, num_boost_round=rounds, valid_sets=[validation], callbacks=[stop])
