"""How often the design-based intervals of a simulated province hold the truth, and which warnings its rows give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from features.definition import Label
from tests.behaviour.redraw import Drawn, World, redraw
from training.design.cautions import cautions
from training.design.estimate import Measure, precision_at_k, prevalence, recall_at_k
from training.design.pooling import Pooled, pooled
from training.design.rules import DesignRules
from training.design.sample import Sample, first_by_period, sample_of
from training.evaluation import LAST_FINDING, OVERDUE

SHARE = 0.10
RANKINGS = {OVERDUE: Label("最久未访", "overdue"), LAST_FINDING: Label("最近发现", "last finding")}


@dataclass(frozen=True, slots=True)
class Coverage:
    """One quantity over the repetitions that told a figure.

    ``told``: the share of repetitions with a figure. ``covered``, ``above`` and ``below``: how often the interval
    holds the truth, or the truth lies above or below it. ``bounds``: how often the bounds' interval holds it.
    ``bias`` and ``spread``: mean and standard deviation of estimate minus truth; ``half_width``: the mean one.
    """

    quantity: str
    told: float
    covered: float | None
    above: float | None
    below: float | None
    bounds: float | None
    truth: float
    bias: float | None
    spread: float | None
    half_width: float | None
    null_share: float | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What one repetition told of one quantity, beside the truth over the same children."""

    truth: float
    pooled: Pooled


def coverage(world: World, rules: DesignRules, repetitions: int, *, by_chance: bool, seed: int = 7) -> list[Coverage]:
    """Redraw a province many times and compare what is told with each repetition's own truth.

    Lists are pooled as the product pools them, and a repetition in which a quantity is not estimable tells no figure.
    """
    rng = np.random.default_rng([seed, by_chance])
    base, days = sample_of(world.rows), world.rows["as_of"].to_numpy()
    top = first_by_period(world.rows[LAST_FINDING].to_numpy(), world.as_of, SHARE, rng.random(base.size))
    measures = (prevalence(base.size), precision_at_k(top), recall_at_k(top))
    told: dict[str, list[_Told]] = {measure.quantity: [] for measure in measures}
    for _ in range(repetitions):
        drawn = redraw(world, rng, by_chance=by_chance)
        sample = replace(base, drawn=drawn.drawn, label=drawn.label)
        for measure in measures:
            told[measure.quantity].append(_tell(sample, days, measure, rules, drawn))
    return [_summary(quantity, found) for quantity, found in told.items()]


def warned(world: World, rules: DesignRules, repetitions: int, seed: int = 11) -> dict[str, float]:
    """The share of repetitions, drawn as the simulator draws, in which each warning was given."""
    rng = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    for _ in range(repetitions):
        rows = redraw(world, rng).rows(world)
        counts.update({one.code for one in cautions(rows, RANKINGS, rules)})
    return {code: count / repetitions for code, count in sorted(counts.items())}


def _tell(sample: Sample, days: np.ndarray, measure: Measure, rules: DesignRules, drawn: Drawn) -> _Told:
    one = pooled(sample, days, measure, rules)
    assert one is not None
    here = days >= np.datetime64(one.since)
    outcome = drawn.outcome[here]
    over = outcome * measure.needs + measure.base[here]
    return _Told(float((outcome * measure.found[here]).sum() / over.sum()), one)


def _summary(quantity: str, found: list[_Told]) -> Coverage:
    shown = [one for one in found if one.pooled.estimable]
    errors = np.array([one.pooled.value - one.truth for one in shown], float)
    above = np.array([one.truth > one.pooled.upper for one in shown], bool)
    below = np.array([one.truth < one.pooled.lower for one in shown], bool)
    bounded = [(one.truth, one.pooled.estimate.bounded_interval) for one in found]
    held = [ends[0] <= truth <= ends[1] for truth, ends in bounded if ends is not None]
    return Coverage(
        quantity=quantity,
        told=len(shown) / len(found),
        covered=_mean(~(above | below)),
        above=_mean(above),
        below=_mean(below),
        bounds=_mean(np.array(held)),
        truth=float(np.mean([one.truth for one in found])),
        bias=_mean(errors),
        spread=float(errors.std(ddof=1)) if len(errors) > 1 else None,
        half_width=_mean(np.array([one.pooled.estimate.half_width for one in shown])),
        null_share=_mean(np.array(list(_null_shares(found)))),
    )


def _null_shares(found: list[_Told]) -> Iterator[float]:
    return (one.pooled.estimate.null_share for one in found if one.pooled.estimate.null_share is not None)


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if len(values) else None
