"""Conditions on the columns of a row, as data: what a cohort, a feature's ``where`` and a red item are written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from features.definition.loader import DefinitionError

Scalar = str | bool | int | float


@dataclass(frozen=True, slots=True)
class Condition:
    """One column compared with one value or a list of values. ``test`` is a key of ``TESTS``."""

    column: str
    test: str
    value: Scalar | tuple[Scalar, ...]

    def expr(self) -> nw.Expr:
        """A boolean expression that is never null."""
        answer: nw.Expr = self.maybe(nw).fill_null(False)
        return answer

    def maybe(self, words: Any) -> Any:  # noqa: ANN401 - a module and its expression
        """The condition in the words of a module; null where not known, which as a mask is the same as false."""
        return TESTS[self.test](words.col(self.column), self.value)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions that must all hold.

    A value that is not known meets no condition except ``is_null = true``; so ``not_in`` is not met by a missing
    value, nor is ``not``. No conditions at all hold for every row.
    """

    parts: tuple[Condition, ...] = ()

    @staticmethod
    def parse(raw: Mapping[str, Any], where: str) -> Conditions:
        """Read conditions from their TOML form.

        Args:
            raw: column -> a value (equal), a list (one of), or a table of tests, as in ``{severity = {at_least = 2}}``.
            where: the place in the file, for messages.

        Raises:
            DefinitionError: an unknown test, or a value of the wrong kind.
        """
        parts = [part for column, wanted in raw.items() for part in _parse_column(column, wanted, where)]
        return Conditions(tuple(parts))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns spoken of, each once, in order."""
        return tuple(dict.fromkeys(part.column for part in self.parts))

    def and_also(self, other: Conditions) -> Conditions:
        """Both sets of conditions together."""
        return Conditions(self.parts + other.parts)

    def expr(self) -> nw.Expr:
        """A boolean expression that is never null; without conditions the literal true, which filters no frame."""
        if not self.parts:
            return nw.lit(True)
        first, *rest = (part.expr() for part in self.parts)
        for part in rest:
            first = first & part
        return first


ALWAYS = Conditions()


def _parse_column(column: str, wanted: Any, where: str) -> list[Condition]:  # noqa: ANN401 - TOML values have many types
    if isinstance(wanted, list):
        return [_condition(column, "in", wanted, where)]
    if isinstance(wanted, Mapping):
        return [_condition(column, test, value, where) for test, value in wanted.items()]
    return [_condition(column, "equals", wanted, where)]


def _condition(column: str, test: str, value: Any, where: str) -> Condition:  # noqa: ANN401 - TOML values have many types
    if test not in TESTS:
        raise DefinitionError(f"{where} {column}: no test '{test}', wanted one of {', '.join(TESTS)}")
    listed = isinstance(value, list)
    if listed != (test in ("in", "not_in")):
        wanted = "a list" if not listed else "one value"
        raise DefinitionError(f"{where} {column}: '{test}' takes {wanted}, not {value!r}")
    values = value if listed else [value]
    if not all(isinstance(item, str | bool | int | float) for item in values):
        raise DefinitionError(f"{where} {column}: '{test}' takes text, numbers or true/false, not {value!r}")
    if test in ("at_least", "at_most", "above", "below") and (isinstance(value, str | bool)):
        raise DefinitionError(f"{where} {column}: '{test}' takes a number, not {value!r}")
    return Condition(column, test, tuple(values) if listed else value)


def _null_is(column: Any, wanted: Any) -> Any:  # noqa: ANN401 - checked when parsed
    return column.is_null() if wanted else ~column.is_null()


# Written once for a column of a frame and for one value that answers to the same operations.
TESTS: Mapping[str, Callable[[Any, Any], Any]] = {
    "equals": lambda column, value: column == value,
    "not": lambda column, value: (column != value) & ~column.is_null(),
    "in": lambda column, values: column.is_in(list(values)),
    "not_in": lambda column, values: ~column.is_in(list(values)) & ~column.is_null(),
    "at_least": lambda column, value: column >= value,
    "at_most": lambda column, value: column <= value,
    "above": lambda column, value: column > value,
    "below": lambda column, value: column < value,
    "contains": lambda column, code: column.str.contains(f";{code};", literal=True),
    "is_null": _null_is,
}
