"""The trees of a LightGBM booster, read from its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

# Bits of LightGBM's decision type: a categorical split, missing goes left, and two bits of missing type.
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_SHIFT, _MISSING_MASK = 1, 2, 2, 3


class Missing(IntEnum):
    """What a split takes for missing, numbered as LightGBM does: nothing, zero (and NaN), or NaN."""

    NONE = 0
    ZERO = 1
    NAN = 2


class KernelUnsupportedError(ValueError):
    """A booster that the kernel does not cover; it says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """One tree: arrays by internal node, then by leaf. A child below zero is the leaf ``~child``."""

    feature: IntArray
    threshold: FloatArray
    default_left: npt.NDArray[np.bool_]
    missing: IntArray
    left: IntArray
    right: IntArray
    rows: FloatArray
    leaf_value: FloatArray
    leaf_rows: FloatArray

    def mean(self) -> float:
        """The mean of the leaves over the rows the tree was grown on, summed in LightGBM's order."""
        if not len(self.feature):
            return float(self.leaf_value[0])
        mean = 0.0
        for value, rows in zip(self.leaf_value, self.leaf_rows, strict=True):
            mean += float(rows / self.rows[0] * value)
        return mean

    def rows_at(self, child: int) -> float:
        """How many rows of training reached a child, internal node or leaf."""
        return float(self.leaf_rows[~child] if child < 0 else self.rows[child])


def read_trees(booster_text: str) -> tuple[Tree, ...]:
    """Read every tree of a booster's text.

    Raises:
        KernelUnsupportedError: several classes, averaged trees, linear leaves or categorical splits.
    """
    head, *sections = booster_text.split("\nend of trees", 1)[0].split("\nTree=")
    lines = head.splitlines()
    if "average_output" in lines or "num_tree_per_iteration=1" not in lines:
        raise KernelUnsupportedError("the booster averages its trees, or has several classes")
    return tuple(_tree(dict(_entries(section))) for section in sections)


def _entries(section: str) -> Iterator[tuple[str, str]]:
    for line in section.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            yield name, value


def _tree(entries: Mapping[str, str]) -> Tree:
    decision = _integers(entries, "decision_type")
    if entries.get("is_linear", "0") != "0" or (decision & _CATEGORICAL).any():
        raise KernelUnsupportedError("a tree has linear leaves or splits on a category")
    return Tree(
        feature=_integers(entries, "split_feature"),
        threshold=_numbers(entries, "threshold"),
        default_left=(decision & _DEFAULT_LEFT) != 0,
        missing=(decision >> _MISSING_SHIFT) & _MISSING_MASK,
        left=_integers(entries, "left_child"),
        right=_integers(entries, "right_child"),
        rows=_numbers(entries, "internal_count"),
        leaf_value=_numbers(entries, "leaf_value"),
        leaf_rows=_numbers(entries, "leaf_count"),
    )


def _numbers(entries: Mapping[str, str], name: str) -> FloatArray:
    return np.array(entries.get(name, "").split(), dtype=np.float64)


def _integers(entries: Mapping[str, str], name: str) -> IntArray:
    return np.array(entries.get(name, "").split(), dtype=np.int64)
