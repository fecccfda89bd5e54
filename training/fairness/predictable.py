"""Can a protected fact be told from the inputs? What can be told can be acted on without ever being an input.

A few boosted trees per group on some households, judged on the others in turn (households stay whole): the area of the
group against the rest. 0.5 tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from features.definition.groups import AuditGroup
from features.membership import group_column
from training.dataset import AS_OF, Dataset, Part
from training.fairness.settings import AblationRule
from training.stability.resample import Interval, household_bootstrap
from training.visitor.pairs import Pairs, codes
from training.windows import seeded_share

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Predicted:
    """How well one group is told from the inputs: the area with its interval, and the children of the group."""

    kind: str
    group: str
    members: int
    auc: Interval


def latest_rows(dataset: Dataset, rule: AblationRule, seed: int) -> Part:
    """The cohort of the newest as-of date, thinned by whole households to the rows allowed."""
    newest = dataset.windows.test[-1]
    parts = [part.where((part.rows[AS_OF] == newest).to_numpy()) for part in dataset.parts("test")]
    share = rule.predict_rows_at_most / max(1, sum(part.rows.height for part in parts))
    kept = [part.where(seeded_share(part.rows[s.HOUSEHOLD], seed, "predict groups") < share) for part in parts]
    return Part(np.concatenate([part.matrix for part in kept]), pl.concat([part.rows for part in kept]))


def predict_groups(part: Part, groups: tuple[AuditGroup, ...], rule: AblationRule, seed: int) -> tuple[Predicted, ...]:
    """Predict each group of each kind against the rest, children not recorded left out.

    A kind of two groups is predicted once: the other's area is the same. Groups with few members are left out.
    """
    made: list[Predicted] = []
    for group in groups:
        members = part.rows[group_column(group.name)]
        known = part.where(members.is_not_null().to_numpy())
        values = known.rows[group_column(group.name)]
        counts = values.value_counts().filter(pl.col("count") >= rule.fewest_members).sort(values.name)
        names = [name for name in counts[values.name] if name != group.reference]
        names = names if len(names) + (group.reference is not None) > 2 else names[:1]
        if counts.height < 2:
            continue
        made += [_predicted(known, group.name, name, (values == name).to_numpy(), rule, seed) for name in names]
    return tuple(made)


def _predicted(known: Part, kind: str, name: str, member: BoolArray, rule: AblationRule, seed: int) -> Predicted:
    fold = (seeded_share(known.rows[s.HOUSEHOLD], seed, "predict folds") * rule.predict_folds).astype(np.intp)
    chances = np.zeros(member.size)
    for number in range(rule.predict_folds):
        judged = fold == number
        chances[judged] = _chances(known, member, judged, rule.predict_rounds, seed)
    pairs = Pairs.of(fold, chances, member.astype(np.float64))
    households = codes(known.rows, [s.HOUSEHOLD])
    (auc,) = household_bootstrap(
        lambda weights: np.array([pairs.value(weights[households])]), int(households.max()) + 1, seed
    )
    return Predicted(kind, name, int(member.sum()), auc)


def _chances(known: Part, member: BoolArray, judged: BoolArray, rounds: int, seed: int) -> FloatArray:
    """The chance of each judged row to be a member, learned from the others."""
    import lightgbm

    parameters = {
        "objective": "binary", "verbosity": -1, "seed": seed, "num_threads": 1, "deterministic": True,
        "force_row_wise": True, "max_bin": 63, "num_leaves": 15, "learning_rate": 0.1,
    }  # fmt: skip
    learn = np.ascontiguousarray(known.matrix[~judged])
    rows = lightgbm.Dataset(learn, member[~judged].astype(np.float64), params=parameters)
    booster = lightgbm.train(parameters, rows, num_boost_round=rounds)
    return np.asarray(booster.predict(np.ascontiguousarray(known.matrix[judged])), dtype=np.float64)
