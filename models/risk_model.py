"""The risk model: a LightGBM booster with its feature contract, calibration and cut-offs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from features.cli.console import UserError
from features.contract import FeatureContract
from models.bands import Cutoffs
from models.calibration import Calibration
from models.fills import Fills
from models.kernel.limits import kernel_limits
from models.kernel.trees import KernelUnsupportedError

if TYPE_CHECKING:
    import lightgbm

    from models.kernel.kernel import Kernel

FloatArray = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.floating[Any]]

# Rows explained at once: with 130 features the contributions of one part take 17 MB.
CHUNK_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class RiskModel:
    """Scores children by how likely a visit is to find a new need.

    Held as text, so it can be hashed, and pickled to worker processes; LightGBM reads it at the first use. Values
    are taken as 32-bit floats, as in training: the same child gets the same score whichever width it comes in. A value
    that is not known is read as the fills say where the trees never saw one missing. ``kernel``: the batch kernel that
    was kept with the model, or why it has none; without it one is made for many rows.

    Raises:
        UserError: the booster was grown on other features than the contract names, or in another order, or the fills
            are not one for each feature.
    """

    booster_text: str
    contract: FeatureContract
    calibration: Calibration
    cutoffs: Cutoffs
    fills: Fills
    kernel: Kernel | str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        names = feature_names(self.booster_text)
        if names != self.contract.names:
            raise UserError(
                f"the booster was grown on {len(names)} features that are not the {len(self.contract.names)} of the "
                "feature contract, in its order",
                "use the booster with the contract it was trained with",
            )
        if len(self.fills.medians) != len(names):
            raise UserError(
                f"there are {len(self.fills.medians)} fills for the {len(names)} features of the contract",
                "use the booster with the fills it was trained with",
            )

    def __reduce__(self) -> tuple[object, ...]:
        """What another process is sent; it makes the kernel once from the text rather than get its tables each time."""
        parts = (self.booster_text, self.contract, self.calibration, self.cutoffs, self.fills)
        return (RiskModel if self.kernel is None else _with_kernel, parts)

    @property
    def identity(self) -> str:
        """The sha256 of the trees: the booster's text before ``parameters:``, which records the thread count."""
        return hashlib.sha256(self.booster_text.split("\nparameters:", 1)[0].encode()).hexdigest()

    def score(self, matrix: Matrix, threads: int = 1) -> FloatArray:
        """The score of each row: raw log-odds, shape (n,).

        From a declared number of rows on they come from the batch kernel, if it covers the model, otherwise from
        LightGBM: the same to the last bit.

        Args:
            matrix: feature values in the order of the contract, shape (n, p); NaN where not known.
            threads: threads LightGBM may use; the kernel uses one.

        Raises:
            UserError: the shape is not that of the contract, or a value is infinite.
        """
        values = self._checked(matrix)
        if not len(values):
            return np.empty(0)
        kernel = self._kernel_for(len(values))
        if not isinstance(kernel, str):
            return kernel.scorer.scores(values)
        return np.asarray(_booster(self.booster_text).predict(values, raw_score=True, num_threads=threads))

    def probability(self, scores: FloatArray) -> FloatArray:
        """The calibrated chance of a new need for each score, shape (n,)."""
        return self.calibration.probability(scores)

    def contributions(self, matrix: Matrix, threads: int = 1) -> FloatArray:
        """What each feature adds to each score, shape (n, p + 1); the last column is the model's mean (the bias).

        Exact path-dependent Shapley values in log-odds (Lundberg et al. 2020, "From local explanations to global
        understanding with explainable AI for trees"); a row adds up to its score. From a declared number of rows on
        they come from the batch kernel, if it covers the model, otherwise from LightGBM: the same to 1e-9.

        Args:
            matrix: feature values in the order of the contract, shape (n, p); NaN where not known.
            threads: threads LightGBM may use; the kernel uses one.
        """
        values = self._checked(matrix)
        result = np.empty((len(values), values.shape[1] + 1))
        start = 0
        for part in self.contribution_parts(values, threads):
            result[start : start + len(part)] = part
            start += len(part)
        return result

    def contribution_parts(self, matrix: Matrix, threads: int = 1, rows: int = CHUNK_ROWS) -> Iterator[FloatArray]:
        """The same as ``contributions``, ``rows`` rows at a time, for regions that must not be held at once."""
        values = self._checked(matrix)
        # The whole number of rows decides, so that a row's bytes do not depend on how the rows are parted.
        kernel = self._kernel_for(len(values))
        for start in range(0, len(values), rows):
            part = values[start : start + rows]
            if not isinstance(kernel, str):
                yield kernel.contributions(part)
            else:
                yield np.asarray(_booster(self.booster_text).predict(part, pred_contrib=True, num_threads=threads))

    def kernel_or_refusal(self) -> Kernel | str:
        """The batch kernel, or why LightGBM explains many rows too, at a hundredth of the speed."""
        return self.kernel if self.kernel is not None else _kernel(self.booster_text, len(self.contract.names))

    def _kernel_for(self, rows: int) -> Kernel | str:
        """The batch kernel where it is at hand or worth making for so many rows."""
        many = self.kernel is not None or rows >= kernel_limits().least_rows
        return self.kernel_or_refusal() if many else ""

    def _checked(self, matrix: Matrix) -> npt.NDArray[np.float32]:
        width = len(self.contract.names)
        if matrix.ndim != 2 or matrix.shape[1] != width:
            raise UserError(
                f"a matrix of shape {matrix.shape} was given, the feature contract has {width} features",
                "make the matrix with the feature contract of this model",
            )
        with np.errstate(over="ignore"):
            values = np.ascontiguousarray(matrix, dtype=np.float32)
        if np.isinf(values).any():
            row, column = (int(place[0]) for place in np.nonzero(np.isinf(values)))
            raise UserError(
                f"feature {self.contract.names[column]} of row {row} is infinite; wanted a number, or NaN if not known",
                "check the column of the ledger that this feature reads",
            )
        return self.fills.applied(values)


def _with_kernel(
    text: str, contract: FeatureContract, calibration: Calibration, cutoffs: Cutoffs, fills: Fills
) -> RiskModel:
    return RiskModel(text, contract, calibration, cutoffs, fills, _kernel(text, len(contract.names)))


@lru_cache(maxsize=4)
def _booster(text: str) -> lightgbm.Booster:
    import lightgbm

    return lightgbm.Booster(model_str=text)


@lru_cache(maxsize=4)
def _kernel(text: str, width: int) -> Kernel | str:
    """The batch kernel of a booster, or why there is none. Imported late: one case does not wait for Numba."""
    from models.kernel.kernel import Kernel

    try:
        return Kernel.of(text, width)
    except KernelUnsupportedError as error:
        return str(error)


def feature_names(text: str) -> tuple[str, ...]:
    """The feature names a booster's text declares in its head, read without loading it."""
    for line in text.split("\nTree=", 1)[0].splitlines():
        if line.startswith("feature_names="):
            return tuple(line.removeprefix("feature_names=").split(" "))
    return ()
