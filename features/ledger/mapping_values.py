"""How a mapping makes one value of the ledger from a sender's row, written as data.

A value is one of ``{ column = "x" }``, ``{ constant = 1 }`` or ``{ format = "h{x}-{y:03}" }``, where ``{y:03}`` are the
last three digits of a whole number, padded with zeros (all zeros when it is not known). Then, in this order, if given:
``otherwise`` (for a value that is not known), ``lower = true``, ``values = { theirs = "ours" }`` (``others`` for all
not listed), ``at_least``, ``at_most``, ``plus_days`` and ``minus_days`` (a number of days, or
``{ column, times, at_least, otherwise }``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

import polars as pl

from features.definition import DefinitionError

_MAKERS = ("column", "constant", "format")
_KEYS = {*_MAKERS, "otherwise", "lower", "values", "others", "at_least", "at_most", "plus_days", "minus_days"}
_DAYS_KEYS = {"column", "times", "at_least", "otherwise"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a mapping: its TOML form, checked, and the place it stands for messages."""

    raw: Mapping[str, Any]
    where: str

    @classmethod
    def parse(cls, raw: Mapping[str, Any], where: str) -> Value:
        """Check the TOML form of a value; DefinitionError says what is wrong with it."""
        unknown = set(raw) - _KEYS
        if unknown:
            raise DefinitionError(f"{where}: unknown key {', '.join(sorted(unknown))}")
        if len(set(raw) & set(_MAKERS)) != 1:
            raise DefinitionError(f"{where}: wanted one of {', '.join(_MAKERS)}")
        for key in ("plus_days", "minus_days"):
            days = raw.get(key, 0)
            if isinstance(days, Mapping) and ("column" not in days or set(days) - _DAYS_KEYS):
                raise DefinitionError(f"{where} {key}: wanted days, or a column with {', '.join(sorted(_DAYS_KEYS))}")
        return cls(raw, where)

    @property
    def columns(self) -> tuple[str, ...]:
        """The sender's columns this value is made from."""
        named = [self.raw["column"]] if "column" in self.raw else []
        named += [field for _, field, _ in _fields(self.raw.get("format", "")) if field is not None]
        named += [
            days["column"] for key in ("plus_days", "minus_days") if isinstance(days := self.raw.get(key), Mapping)
        ]
        return tuple(named)

    def expr(self) -> pl.Expr:
        """The value as an expression over the sender's columns."""
        raw, value = self.raw, self._made()
        if "otherwise" in raw:
            value = value.fill_null(raw["otherwise"])
        if raw.get("lower"):
            value = value.str.to_lowercase()
        if "values" in raw:
            listed = value.cast(pl.String).replace_strict(raw["values"], default=raw.get("others"))
            value = pl.when(value.is_not_null()).then(listed)
        if "at_least" in raw or "at_most" in raw:
            value = value.cast(pl.Float64).clip(raw.get("at_least"), raw.get("at_most"))
        if "plus_days" in raw:
            value = value.cast(pl.Date) + _days(raw["plus_days"])
        return value.cast(pl.Date) - _days(raw["minus_days"]) if "minus_days" in raw else value

    def unlisted(self, frame: pl.DataFrame) -> list[str]:
        """Values of the sender that the list of values does not name, when it says nothing of others."""
        if "values" not in self.raw or "others" in self.raw:
            return []
        plain = Value({key: value for key, value in self.raw.items() if key not in ("values", "others")}, self.where)
        seen = frame.select(plain.expr().cast(pl.String).unique().alias("seen"))["seen"].drop_nulls()
        return sorted(set(seen) - set(self.raw["values"]))

    def _made(self) -> pl.Expr:
        if "constant" in self.raw:
            return pl.lit(self.raw["constant"])
        if "column" in self.raw:
            return pl.col(self.raw["column"])
        parts = [
            part
            for literal, field, digits in _fields(self.raw["format"])
            for part in (pl.lit(literal), *([] if field is None else [_written(field, digits)]))
        ]
        return pl.concat_str(parts)


def _fields(text: str) -> Iterator[tuple[str, str | None, int]]:
    """Literal text, the column that follows it (None at the end), and to how many digits it is cut and padded."""
    for literal, field, digits, _ in Formatter().parse(text):
        yield literal, field, int(digits or 0)


def _written(column: str, digits: int) -> pl.Expr:
    """A column as text; with ``digits`` as the last so many digits of a whole number."""
    text = pl.col(column).cast(pl.String).str.strip_suffix(".0")
    return text.fill_null("").str.zfill(digits).str.tail(digits) if digits else text


def _days(raw: Any) -> pl.Expr:  # noqa: ANN401 - a number or a table of TOML
    if not isinstance(raw, Mapping):
        return pl.duration(days=pl.lit(raw))
    days = pl.col(raw["column"]).cast(pl.Float64) * raw.get("times", 1)
    if "at_least" in raw:
        days = days.clip(raw["at_least"])
    if "otherwise" in raw:
        days = days.fill_null(raw["otherwise"])
    return pl.duration(days=days.round().cast(pl.Int64))
