"""Who is left out together: counties, prefectures or households in at most so many folds, by seeded hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.counties.settings import HoldOutRule
from training.dataset import COUNTY
from training.windows import seeded_share

HoldOut = Literal["household", "county", "prefecture"]


@dataclass(frozen=True, slots=True)
class Folds:
    """Which fold a row is left out with. ``groups`` were dealt into ``count`` folds; with one fold nothing is left."""

    hold_out: HoldOut
    groups: int
    count: int
    number: dict[str, int]
    digits: int

    @property
    def one_by_one(self) -> bool:
        """Every group has a fold of its own."""
        return self.groups == self.count

    def of(self, rows: pl.DataFrame) -> npt.NDArray[np.intp]:
        """The fold of each row, shape (n,); -1 for a group that was not dealt."""
        keys = _keys(rows, self.hold_out, self.digits)
        return keys.replace_strict(self.number, default=-1, return_dtype=pl.Int64).to_numpy().astype(np.intp)


def deal(rows: pl.DataFrame, hold_out: HoldOut, rule: HoldOutRule, seed: int) -> Folds:
    """Deal the groups of the rows into folds of like many groups; the same groups and seed give the same folds."""
    keys = _keys(rows, hold_out, rule.prefecture_digits).unique().sort().to_list()
    order = np.argsort(seeded_share(keys, seed, f"leave one {hold_out} out"), kind="stable")
    count = min(len(keys), rule.folds_at_most)
    number = {keys[place]: turn % count for turn, place in enumerate(order.tolist())}
    return Folds(hold_out, len(keys), count, number, rule.prefecture_digits)


def _keys(rows: pl.DataFrame, hold_out: HoldOut, digits: int) -> pl.Series:
    if hold_out == "household":
        return rows[s.HOUSEHOLD]
    return rows[COUNTY].str.slice(0, digits) if hold_out == "prefecture" else rows[COUNTY]
