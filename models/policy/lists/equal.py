"""Equal recall on a list: scores less the cut-off of each child's group, only where the policy asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from features.membership import group_column
from models.policy.equal_recall import EqualRecall, less_cutoffs
from models.policy.lists.rules import EqualRecallSwitch

WhyNot = Literal["", "off", "no_cutoffs", "other_model", "refused", "too_old", "no_groups", "no_scores"]
NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class EqualOrder:
    """Whether a list was ordered by equal recall, by which cut-offs, and if not, why (a code; "" when it was)."""

    group: str
    why_not: WhyNot
    cutoffs: EqualRecall | None = None

    @property
    def used(self) -> bool:
        """The list is ordered by adjusted scores."""
        return not self.why_not


def equal_order(
    switch: EqualRecallSwitch | None,
    offered: Sequence[EqualRecall],
    children: pl.DataFrame,
    model_id: str | None,
    as_of: dt.date,
) -> EqualOrder:
    """Decide whether the switch is on and the cut-offs hold for this model and day.

    Args:
        switch: the policy's; None is off.
        offered: the cut-offs an audit of the model left.
        children: with a ``group_NAME`` column where the groups are known.
        model_id: of the scores; None without any.
        as_of: the day the list speaks for.
    """
    if switch is None:
        return EqualOrder("", "off")
    named = [one for one in offered if one.group == switch.group]
    mine = next((one for one in named if one.model_id == model_id), None)
    if model_id is None or mine is None:
        missing: WhyNot = "other_model" if named else "no_cutoffs"
        return EqualOrder(switch.group, "no_scores" if model_id is None else missing)
    latest = mine.fitted_to + dt.timedelta(days=switch.days)
    faults: tuple[tuple[bool, WhyNot], ...] = (
        (bool(mine.refused), "refused"),
        (not mine.fitted_to < as_of <= latest, "too_old"),
        (group_column(switch.group) not in children.columns, "no_groups"),
    )
    why_not: WhyNot = next((code for fault, code in faults if fault), "")
    return EqualOrder(switch.group, why_not, None if why_not else replace(mine, switched_on=True))


def adjusted_scores(children: pl.DataFrame, equal: EqualOrder) -> pl.DataFrame:
    """The children with ``score`` as it orders: less the cut-off of the group where equal recall is used."""
    if equal.cutoffs is None:
        return children
    groups = children[group_column(equal.group)].fill_null(NOT_KNOWN).to_list()
    scores = children["score"].fill_null(float("nan")).to_numpy().astype(np.float64)
    less = less_cutoffs(scores, groups, equal.cutoffs.cutoffs, equal.cutoffs.otherwise)
    return children.with_columns(pl.Series("score", less).fill_nan(None))
