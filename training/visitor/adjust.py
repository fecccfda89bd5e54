"""Take what visitors differ by out of training: the trees start from each visitor's shrunken effect.

Trees and random intercepts are fitted in turn, each with the other as its offset (Hajjem, Bellavance and Larocque
2017, generalized mixed effects regression trees; Sigrist 2022 for boosting). The offset of a row comes from trees that
did not see its household. Visitors are not known when a list is made: the effects are forgotten after training, the
scores leave them out, and calibration on visits of all visitors brings back the average one.

Visitors are compared only within a set of visitors connected by households they visited in turn (Abowd, Kramarz and
Margolis 1999): what differs between such sets may be need as well as habit and is left to the features. A visitor
whose households nobody else visits is a set alone, so where visitors nest in villages nothing is taken out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import logit

from features.definition import structure as s
from training.dataset import Part
from training.fit import Sample
from training.refit import Recipe, refit
from training.tune import sample_of
from training.visitor.effect import row_effects
from training.visitor.pairs import codes
from training.visitor.settings import AdjustingRule, visitor_rule
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]


def adjusted_sample(part: Part, recipe: Recipe, *, threads: int) -> Sample:
    """The labelled part as a sample whose offsets are the base rate and each row's visitor effect, in log-odds.

    Where visitors cannot be compared (one visitor, one kind of label) the offset is the base rate alone.
    """
    sample = sample_of(part)
    rule = visitor_rule().adjusting
    base = float(logit(np.average(sample.labels, weights=sample.weights)))
    offsets = np.full(len(sample.labels), base)
    sets = connected_sets(part.rows)
    for _ in range(rule.passes):
        scores = base + _scores_of_others(part, replace(sample, offsets=offsets), recipe, rule, threads)
        effects = row_effects(part.rows[s.VISITOR], sample.labels, scores, sample.weights)
        offsets = base + effects - _means(effects, sets, sample.weights)
    return replace(sample, offsets=offsets)


def connected_sets(rows: pl.DataFrame) -> npt.NDArray[np.intp]:
    """The number of the set each row's visitor belongs to, (n,); rows without a visitor have sets of their own."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    visitor, household = (codes(rows, [name]) for name in (s.VISITOR, s.HOUSEHOLD))
    known = rows[s.VISITOR].is_not_null().to_numpy()
    size = int(visitor.max()) + 1 + int(household.max()) + 1
    ends = visitor[known], household[known] + int(visitor.max()) + 1
    links = coo_array((np.ones(int(known.sum())), ends), shape=(size, size))
    number = connected_components(links, directed=False)[1]
    return np.where(known, number[visitor], size + household)


def _means(effects: FloatArray, sets: npt.NDArray[np.intp], weights: FloatArray) -> FloatArray:
    """The weighted mean effect of each row's set, (n,)."""
    place = np.unique(sets, return_inverse=True)[1]
    return np.asarray((np.bincount(place, weights * effects) / np.bincount(place, weights))[place])


def _scores_of_others(part: Part, sample: Sample, recipe: Recipe, rule: AdjustingRule, threads: int) -> FloatArray:
    """The log-odds of each row beyond its offset, from trees grown on the households of the other folds."""
    fold = (seeded_share(part.rows[s.HOUSEHOLD], recipe.plan.seed, "visitor folds") * rule.folds).astype(np.intp)
    scores = np.zeros(len(fold))
    for number in range(rule.folds):
        score = refit(recipe, _some(sample, fold != number), threads=threads)
        scores[fold == number] = score(sample.matrix[fold == number])
    return scores


def _some(sample: Sample, keep: npt.NDArray[np.bool_]) -> Sample:
    offsets = None if sample.offsets is None else sample.offsets[keep]
    return Sample(sample.matrix[keep], sample.labels[keep], sample.weights[keep], offsets)
