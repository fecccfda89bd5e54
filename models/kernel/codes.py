"""Codes: a value becomes the number of a model's thresholds that lie below it, so that a split is an integer test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.kernel.trees import KernelUnsupportedError, Missing, Tree

FloatArray = npt.NDArray[np.float64]

# Beyond the codes of values (0 to the number of cuts) one stands for missing, and one is never given to a value.
_SPARE_CODES = 2


@dataclass(frozen=True, slots=True)
class Condition:
    """The values of one feature that take a row down a path: codes ``low`` to ``high``, and missing if ``missing``."""

    feature: int
    low: int
    high: int
    missing: bool

    def narrowed(self, other: Condition) -> Condition:
        """What satisfies both."""
        return Condition(
            self.feature, max(self.low, other.low), min(self.high, other.high), self.missing and other.missing
        )


@dataclass(frozen=True, slots=True)
class CodeTest:
    """``(code - start) modulo the codes there are <= width``, on one column of codes."""

    column: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of codes: the feature it is made from and the code that a missing value gets."""

    feature: int
    missing_code: int


@dataclass(frozen=True, eq=False)
class Codebook:
    """How values become codes, and conditions tests of codes.

    ``cuts``: the distinct thresholds of each feature, rising; a feature no tree splits on has none. ``missing``: what
    its splits take for missing. Columns are added as conditions ask for them: nearly always one for each feature.
    """

    cuts: tuple[FloatArray, ...]
    missing: tuple[Missing, ...]
    columns: dict[Column, int] = field(default_factory=dict)

    @classmethod
    def of(cls, trees: Sequence[Tree], width: int) -> Codebook:
        """Collect the thresholds of all trees over ``width`` features.

        Raises:
            KernelUnsupportedError: two splits on one feature do not agree on what is missing.
        """
        features = np.concatenate([np.empty(0, np.int64), *(tree.feature for tree in trees)])
        thresholds = np.concatenate([np.empty(0), *(tree.threshold for tree in trees)])
        kinds = np.concatenate([np.empty(0, np.int64), *(tree.missing for tree in trees)])
        missing = []
        for feature in range(width):
            found = np.unique(kinds[features == feature])
            if len(found) > 1:
                raise KernelUnsupportedError(f"splits on feature {feature} do not agree on what is missing")
            missing.append(Missing(int(found[0])) if len(found) else Missing.NONE)
        return cls(tuple(np.unique(thresholds[features == feature]) for feature in range(width)), tuple(missing))

    @property
    def dtype(self) -> npt.DTypeLike:
        """The smallest unsigned integers that hold every code."""
        most = max((len(cuts) for cuts in self.cuts), default=0) + _SPARE_CODES
        return np.uint8 if most <= np.iinfo(np.uint8).max else np.uint16

    def condition(self, tree: Tree, node: int, *, left: bool) -> Condition:
        """What takes a row to one side of a node."""
        feature = int(tree.feature[node])
        cut = int(np.searchsorted(self.cuts[feature], tree.threshold[node]))
        missing = self.missing[feature] is not Missing.NONE and bool(tree.default_left[node]) == left
        return Condition(feature, 0, cut, missing) if left else Condition(feature, cut + 1, self._top(feature), missing)

    def test(self, condition: Condition) -> CodeTest:
        """The test of a condition.

        The code of missing follows the highest code of a value, and codes go round: missing with the highest or with
        the lowest values is one stretch of the circle. Missing with values between is not, and gets its own column.
        """
        low, high, top = condition.low, condition.high, self._top(condition.feature)
        lone = top + 1
        if low > high:
            return self._test(condition, lone, lone if condition.missing else lone + 1, 0)
        if not condition.missing:
            return self._test(condition, lone, low, high - low)
        if high == top:
            return self._test(condition, lone, low, lone - low)
        if low == 0:
            return self._test(condition, lone, lone, np.iinfo(self.dtype).max + 1 - lone + high)
        return self._test(condition, low, low, high - low)

    def column_rows(self) -> list[tuple[int, int, int, int]]:
        """Feature, what is missing, the code of missing and the base of each column.

        The base of a column has the same codes but for missing; it is the column itself where missing stands alone.
        """
        bases = (self.columns[Column(column.feature, self._top(column.feature) + 1)] for column in self.columns)
        return [
            (column.feature, self.missing[column.feature], column.missing_code, base)
            for column, base in zip(self.columns, bases, strict=True)
        ]

    def _test(self, condition: Condition, missing_code: int, start: int, width: int) -> CodeTest:
        for code in (self._top(condition.feature) + 1, missing_code):
            place = self.columns.setdefault(Column(condition.feature, code), len(self.columns))
        return CodeTest(place, start, width)

    def _top(self, feature: int) -> int:
        """The highest code of a value: it lies above every cut."""
        return len(self.cuts[feature])
