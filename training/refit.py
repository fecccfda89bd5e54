"""Fit again what a model was fitted to, with columns, rows or offsets of one's choosing and its own parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.contract import FeatureContract
from models.fills import Fills
from training.fit import Sample, binned, booster_parameters, grow
from training.plan import ScreeningPlan

Matrix = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
Scorer = Callable[[Matrix], FloatArray]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model was grown: the plan, its feature contract, the parameters its search chose, and its trees."""

    plan: ScreeningPlan
    contract: FeatureContract
    parameters: Mapping[str, float]
    rounds: int

    @staticmethod
    def of(booster_text: str, contract: FeatureContract, plan: ScreeningPlan) -> Recipe:
        """Read the recipe of a booster from its own text, which keeps parameters to six digits."""
        import lightgbm

        booster = lightgbm.Booster(model_str=booster_text)
        chosen = {name: booster.params[name] for name in plan.tuning.space if name in booster.params}
        return Recipe(plan, contract, chosen, booster.num_trees())


def refit(recipe: Recipe, sample: Sample, *, threads: int, columns: npt.NDArray[np.intp] | None = None) -> Scorer:
    """Grow the recipe's trees on a sample and return what scores a matrix of all the contract's columns.

    Args:
        recipe: parameters, rounds and contract.
        sample: rows to grow on, with all columns of the contract.
        threads: for LightGBM; they do not change the result.
        columns: places of the columns the trees may see; all when left out.
    """
    places = np.arange(len(recipe.contract.names)) if columns is None else columns
    contract = part_of(recipe.contract, places)
    parameters = booster_parameters(recipe.plan, contract, threads) | dict(recipe.parameters)
    seen = Sample(np.ascontiguousarray(sample.matrix[:, places]), sample.labels, sample.weights, sample.offsets)
    booster = grow(binned(seen, contract, parameters), parameters, recipe.rounds)
    fills = Fills.fit(seen.matrix, contract, booster.model_to_string())

    def score(matrix: Matrix) -> FloatArray:
        filled = fills.applied(np.ascontiguousarray(matrix[:, places]))
        return np.asarray(booster.predict(filled, raw_score=True, num_threads=threads), dtype=np.float64)

    return score


def part_of(contract: FeatureContract, columns: npt.NDArray[np.intp]) -> FeatureContract:
    """The contract of some of its columns, in the order given."""
    return FeatureContract(
        names=tuple(contract.names[place] for place in columns),
        sources=tuple(contract.sources[place] for place in columns),
        directions=tuple(contract.directions[place] for place in columns),
        ranges=tuple(contract.ranges[place] for place in columns),
        meaning=contract.meaning,
    )
