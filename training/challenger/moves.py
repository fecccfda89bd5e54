"""Who stays, who enters and who leaves when one list gives way to another, and which groups they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from scipy.stats import spearmanr

from features.definition import structure as s
from features.membership import PREFIX
from training.challenger.listing import PLACE
from training.challenger.windows import CHALLENGER, RELEASE
from training.metrics import places

MOVE = "move"
STAYS, ENTERS, LEAVES = "stays", "enters", "leaves"
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class GroupMoves:
    """How many of a group there are, and how many of them stay, enter and leave."""

    cohort: int
    stays: int
    enters: int
    leaves: int


@dataclass(frozen=True, slots=True)
class ListChange:
    """Two lists of the same ``k`` from the same ``cohort``.

    ``overlap``: share of the places that stay. ``rank_correlation``: Spearman 1904, over the whole cohort; None for a
    single child. ``groups``: by audit group and member.
    """

    cohort: int
    k: int
    stays: int
    households: int
    rank_correlation: float | None
    groups: Mapping[str, Mapping[str, GroupMoves]]

    @property
    def overlap(self) -> float:
        """The share of the first k places that both lists give to the same children."""
        return self.stays / self.k

    @property
    def enters(self) -> int:
        """Children on the challenger's list alone; as many leave."""
        return self.k - self.stays


def list_change(rows: pl.DataFrame, share: float) -> tuple[ListChange, pl.DataFrame]:
    """What changes when the challenger's list takes the place of the release's.

    Args:
        rows: as ``both_lists`` gives them.
        share: k as a share of the cohort.

    Returns:
        The change in counts, and the children that stay, enter or leave with their places (pseudonyms).
    """
    k = places(share, rows.height)
    ours, theirs = (pl.col(f"{PLACE}{name}") <= k for name in (CHALLENGER, RELEASE))
    move = pl.when(ours & theirs).then(pl.lit(STAYS)).when(ours).then(pl.lit(ENTERS)).when(theirs).then(pl.lit(LEAVES))
    marked = rows.with_columns(move.alias(MOVE))
    moved = marked.drop_nulls(MOVE)
    change = ListChange(
        cohort=rows.height,
        k=k,
        stays=moved.filter(pl.col(MOVE) == STAYS).height,
        households=_households_kept(moved),
        rank_correlation=_correlation(rows),
        groups={name.removeprefix(PREFIX): _groups(marked, name) for name in rows.columns if name.startswith(PREFIX)},
    )
    return change, moved.sort(MOVE, f"{PLACE}{CHALLENGER}")


def _households_kept(moved: pl.DataFrame) -> int:
    """Households with a child on both lists, be it another child."""
    ours = moved.filter(pl.col(MOVE) != LEAVES)[s.HOUSEHOLD]
    theirs = moved.filter(pl.col(MOVE) != ENTERS)[s.HOUSEHOLD]
    return len(set(ours) & set(theirs))


def _correlation(rows: pl.DataFrame) -> float | None:
    if rows.height < 2:
        return None
    return float(spearmanr(rows[f"{PLACE}{CHALLENGER}"].to_numpy(), rows[f"{PLACE}{RELEASE}"].to_numpy()).statistic)


def _groups(marked: pl.DataFrame, column: str) -> dict[str, GroupMoves]:
    counted = (
        marked.group_by(pl.col(column).fill_null(NOT_KNOWN))
        .agg(pl.len().alias("cohort"), *((pl.col(MOVE) == name).sum().alias(name) for name in (STAYS, ENTERS, LEAVES)))
        .sort(column)
    )
    return {str(member): GroupMoves(*map(int, counts)) for member, *counts in counted.iter_rows()}
