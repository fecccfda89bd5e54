"""Prevalence by prefecture: counties stand together, and each prefecture pools as many lists as it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from training.dataset import AS_OF, COUNTY
from training.design.estimate import prevalence
from training.design.pooling import Pooled, pooled
from training.design.rules import DesignRules
from training.design.sample import PREFECTURE_DIGITS, sample_of


@dataclass(frozen=True, slots=True)
class Place:
    """A prefecture by its code, or the whole ledger (code ""), and the prevalence of a new need on its frames."""

    code: str
    prevalence: Pooled | None


def places_of(rows: pl.DataFrame, rules: DesignRules) -> tuple[Place, ...]:
    """The whole ledger first, then each prefecture; rows as ``listed_children`` gives them."""
    sample, as_of = sample_of(rows), rows[AS_OF].to_numpy()
    codes = rows[COUNTY].str.slice(0, PREFECTURE_DIGITS).to_numpy()
    every = prevalence(sample.size)
    made = [Place("", pooled(sample, as_of, every, rules))]
    for code in np.unique(codes):
        here = codes == code
        made.append(Place(str(code), pooled(sample.where(here), as_of[here], every.where(here), rules)))
    return tuple(made)
