"""The kernel of one booster: its groups laid out in arrays, with the values and tables made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from models.kernel.codes import Codebook
from models.kernel.groups import Group, groups_of
from models.kernel.limits import kernel_limits
from models.kernel.loops import Leaves, Paths, Room, Tables, explain_rows, fill_tables, fill_values, score_rows
from models.kernel.trees import Tree, read_trees

FloatArray = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Scores many rows of one model: the sums of its leaves, to the last bit those of LightGBM."""

    paths: Paths

    @classmethod
    def of(cls, booster_text: str, width: int) -> Scorer:
        """Make the scorer of a booster over ``width`` features.

        Raises:
            KernelUnsupportedError: the booster is of a kind the kernel does not cover.
        """
        groups, codebook = _groups(read_trees(booster_text), width)
        return cls(_paths(groups, codebook, _leaves(groups)))

    def scores(self, rows: Rows) -> FloatArray:
        """The raw score of each row, shape (n,)."""
        from models.kernel.compiled import run

        result = np.empty(len(rows))
        run(score_rows, rows, self.paths, _room(self.paths, len(rows), 0), result)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """Scores and explains many rows of one model: the mean of its scores, its paths, and the tables of its groups."""

    mean: float
    scorer: Scorer
    tables: Tables

    @classmethod
    def of(cls, booster_text: str, width: int) -> Kernel:
        """Make the kernel of a booster over ``width`` features.

        Raises:
            KernelUnsupportedError: the booster is of a kind the kernel does not cover.
        """
        trees = read_trees(booster_text)
        groups, codebook = _groups(trees, width)
        leaves = _leaves(groups)
        scorer = Scorer(_paths(groups, codebook, leaves))
        return cls(sum((tree.mean() for tree in trees), 0.0), scorer, _tables(groups, leaves))

    def contributions(self, rows: Rows) -> FloatArray:
        """What each feature adds to the score of each row, shape (n, p + 1); the last column is the mean."""
        from models.kernel.compiled import run

        count, width = rows.shape
        result = np.empty((count, width + 1))
        result[:, -1] = self.mean
        paths = self.scorer.paths
        run(explain_rows, rows, paths, self.tables, _room(paths, count, width), result)
        return result


def _room(paths: Paths, count: int, width: int) -> Room:
    block = max(1, min(kernel_limits().block_rows, count))
    return Room(
        codes=np.zeros((len(paths.columns), block), dtype=paths.test_starts.dtype),
        outcomes=np.zeros(block, dtype=np.uint8),
        sums=np.zeros((width, block)),
    )


def _groups(trees: Sequence[Tree], width: int) -> tuple[list[Group], Codebook]:
    codebook = Codebook.of(trees, width)
    return [group for tree in trees for group in groups_of(tree, codebook)], codebook


def _paths(groups: Sequence[Group], codebook: Codebook, leaves: Leaves) -> Paths:
    from models.kernel.compiled import run

    tests = [test for group in groups for test in group.tests]
    group_values = _starts([1 << len(group.tests) for group in groups])
    values = np.zeros(group_values[-1])
    run(fill_values, leaves, group_values, values)
    return Paths(
        columns=np.array(codebook.column_rows(), dtype=np.int64).reshape(-1, 4),
        cut_starts=_starts([len(cuts) for cuts in codebook.cuts]),
        cuts=np.concatenate(codebook.cuts),
        group_tests=_starts([len(group.tests) for group in groups]),
        test_columns=np.array([test.column for test in tests], dtype=np.int64),
        test_starts=np.array([test.start for test in tests], dtype=codebook.dtype),
        test_widths=np.array([test.width for test in tests], dtype=codebook.dtype),
        group_values=group_values,
        values=values,
    )


def _leaves(groups: Sequence[Group]) -> Leaves:
    leaves = [leaf for group in groups for leaf in group.leaves]
    plays = [play for leaf in leaves for play in leaf.plays]
    return Leaves(
        group_bits=np.array([len(group.tests) for group in groups], dtype=np.int64),
        group_tables=_starts([len(group.features) << len(group.tests) for group in groups]),
        group_leaves=_starts([len(group.leaves) for group in groups]),
        leaf_values=np.array([leaf.value for leaf in leaves], dtype=np.float64),
        leaf_plays=_starts([len(leaf.plays) for leaf in leaves]),
        plays=np.array([(play.slot, play.mask, play.wanted) for play in plays], dtype=np.int64).reshape(-1, 3),
        shares=np.array([play.share for play in plays], dtype=np.float64),
    )


def _tables(groups: Sequence[Group], leaves: Leaves) -> Tables:
    from models.kernel.compiled import run

    tables = np.zeros(leaves.group_tables[-1])
    if len(leaves.leaf_values):
        run(fill_tables, leaves, tables)
    return Tables(
        group_slots=_starts([len(group.features) for group in groups]),
        slots=np.array([feature for group in groups for feature in group.features], dtype=np.int64),
        group_tables=leaves.group_tables,
        tables=tables,
    )


def _starts(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)
