"""Agreement beyond chance: where most bands are the same, people and model agree often by saying the commonest."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import polars as pl
from scipy.stats import t

from training.stability.resample import NOT_ESTIMABLE, Interval


def weighted_kappa(own: Sequence[int], band: Sequence[int], kinds: int) -> float | None:
    """Cohen's kappa with linear weights (Cohen 1968): 1 whole agreement, 0 no more than chance.

    Two words apart counts twice as much as one. None where chance alone would leave nothing to disagree about.

    Args:
        own: the place of each own rating among the words, from 0.
        band: the place of each band, likewise.
        kinds: how many words there are.
    """
    counted = np.zeros((kinds, kinds))
    np.add.at(counted, (np.asarray(own), np.asarray(band)), 1)
    apart = np.abs(np.subtract.outer(np.arange(kinds), np.arange(kinds)))
    shares = counted / counted.sum()
    by_chance = float((np.outer(shares.sum(axis=1), shares.sum(axis=0)) * apart).sum())
    return None if by_chance <= 0 else 1 - float((shares * apart).sum()) / by_chance


def beyond_chance(
    rows: pl.DataFrame, words: Sequence[str], columns: tuple[str, str, str], confidence: float
) -> Interval:
    """Kappa of two columns with an interval that leaves out one person at a time (jackknife; Efron and Stein 1981).

    Args:
        rows: what was rated, one row each.
        words: the words in their order.
        columns: the own rating, the band, and the person.
        confidence: of the interval.

    Returns:
        No ends for one person, or where leaving one out leaves nothing to compare.
    """
    own, band, person = columns
    places = {word: place for place, word in enumerate(words)}
    known = rows.filter(pl.col(own).is_in(list(words)) & pl.col(band).is_in(list(words)))
    if known.is_empty():
        return NOT_ESTIMABLE
    value = _of(known, own, band, places)
    if value is None:
        return NOT_ESTIMABLE
    people = known[person].unique().sort().to_list()
    without = [_of(known.filter(pl.col(person) != one), own, band, places) for one in people]
    if len(people) < 2 or any(one is None for one in without):
        return Interval(value, None, None)
    others = np.array(without, np.float64)
    variance = (len(people) - 1) / len(people) * float(((others - others.mean()) ** 2).sum())
    half = float(t.ppf((1 + confidence) / 2, len(people) - 1)) * sqrt(variance)
    return Interval(value, max(-1.0, value - half), min(1.0, value + half))


def _of(rows: pl.DataFrame, own: str, band: str, places: dict[str, int]) -> float | None:
    numbers = [[places[word] for word in rows[name].to_list()] for name in (own, band)]
    return weighted_kappa(numbers[0], numbers[1], len(places)) if numbers[0] else None
