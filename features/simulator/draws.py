"""Random draws of the kinds the data files describe: shares of a code list, cut distributions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from features.simulator.shapes import Bounded, LogNormal, Shares
from features.simulator.words import Word

Codes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


def pick(rng: np.random.Generator, shares: Shares, word: type[Word], size: int) -> Codes:
    """Draw codes of a list by their shares (shares are scaled to add up to one)."""
    values = np.array([word[name.upper()] for name in shares], np.int8)
    limits = np.cumsum(list(shares.values()))
    drawn = np.searchsorted(limits, rng.random(size) * limits[-1], side="right")
    return np.asarray(values[np.minimum(drawn, len(values) - 1)])


def log_normal(rng: np.random.Generator, shape: LogNormal, size: int) -> Floats:
    """Draw from a cut log-normal distribution."""
    return np.minimum(shape.median * np.exp(rng.normal(0.0, shape.sd, size)), shape.longest)


def bounded(rng: np.random.Generator, shape: Bounded, size: int) -> Floats:
    """Draw from a normal distribution cut at both ends."""
    return np.clip(rng.normal(shape.mean, shape.sd, size), shape.youngest, shape.oldest)
