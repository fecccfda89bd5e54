"""One value that answers to the operations the formulas and conditions are written in, as a column of one row would.

Not known is ``None`` and spreads as null does in a frame: arithmetic and comparisons with it are not known, and of
``and`` and ``or`` only what is sure whichever way it turns out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool


class Cell:
    """A value of one record, or None where it is not known."""

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]  # equality makes a cell, as it makes a column in a frame

    def __init__(self, value: Any) -> None:  # noqa: ANN401 - a value of any column
        self.value = value

    def __add__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a + b, self, other)

    def __sub__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a - b, self, other)

    def __mul__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a * b, self, other)

    def __truediv__(self, other: Cell | float) -> Cell:
        return _both(_divided, self, other)

    def __eq__(self, other: object) -> Cell:  # type: ignore[override]
        return _both(lambda a, b: a == b, self, other)

    def __ne__(self, other: object) -> Cell:  # type: ignore[override]
        return _both(lambda a, b: a != b, self, other)

    def __lt__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a < b, self, other)

    def __le__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a <= b, self, other)

    def __gt__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a > b, self, other)

    def __ge__(self, other: Cell | float) -> Cell:
        return _both(lambda a, b: a >= b, self, other)

    def __and__(self, other: Cell) -> Cell:
        if self.value is False or other.value is False:
            return Cell(False)
        return _both(lambda a, b: a and b, self, other)

    def __invert__(self) -> Cell:
        return Cell(None if self.value is None else not self.value)

    @property
    def str(self) -> Cell:
        """The same cell: text is asked for where ``contains`` is."""
        return self

    def contains(self, part: Scalar, *, literal: bool) -> Cell:
        """Whether a text holds another; only literal texts are asked for."""
        if not literal:
            raise NotImplementedError("patterns are no part of a declaration")
        return Cell(None if self.value is None else part in self.value)

    def is_null(self) -> Cell:
        """Whether the value is not known."""
        return Cell(self.value is None)

    def is_in(self, values: Iterable[Scalar]) -> Cell:
        """Whether the value is one of some."""
        return Cell(None if self.value is None else self.value in values)

    def fill_null(self, value: Scalar) -> Cell:
        """The value, or another where it is not known."""
        return Cell(value) if self.value is None else self

    def cast(self, kind: object) -> Cell:  # noqa: ARG002 - the formulas know one number
        """The value as a 64-bit float."""
        return Cell(None if self.value is None else float(self.value))

    def floor(self) -> Cell:
        """The whole number at or below, as a float."""
        return Cell(None if self.value is None else float(math.floor(self.value)))

    def clip(self, *, upper_bound: float) -> Cell:
        """The value, but no more than the bound."""
        return Cell(None if self.value is None else min(self.value, float(upper_bound)))

    def replace_strict(self, words: Mapping[Scalar, Scalar], *, default: None) -> Cell:
        """The value's word; not known where it has none."""
        return Cell(words.get(self.value, default))


@dataclass(frozen=True, slots=True)
class When:
    """A condition that waits for the value it lets through."""

    condition: Cell

    def then(self, value: Cell) -> Cell:
        """The value where the condition is known to hold."""
        return value if self.condition.value is True else Cell(None)


def _both(operation: Callable[[Any, Any], Any], one: Cell, other: object) -> Cell:
    right = other.value if isinstance(other, Cell) else other
    return Cell(None if one.value is None or right is None else operation(one.value, right))


def _divided(part: float, whole: float) -> float:
    """As IEEE 754 has it: a division by nothing is no error."""
    if whole:
        return part / whole
    return math.nan if part == 0 or math.isnan(part) else math.copysign(math.inf, part)
