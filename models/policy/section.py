"""Read a section of a policy file and say plainly where it breaks a rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from features.cli.console import UserError
from features.definition import Label


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a policy file. ``where`` names file and place in every error.

    All readers raise ``UserError`` when the value is missing or of another type.
    """

    raw: Mapping[str, Any]
    where: str

    def only(self, *keys: str) -> Self:
        """This section, once it is sure to hold no other key: a mistyped rule must not be lost in silence."""
        unknown = sorted(set(self.raw) - set(keys))
        if unknown:
            raise UserError(f"{self.where}: unknown key {', '.join(unknown)}", f"known keys: {', '.join(keys)}")
        return self

    def text(self, key: str) -> str:
        """A text, maybe empty."""
        return str(self._typed(key, str, "a text"))

    def whole(self, key: str) -> int:
        """A whole number of 0 or more."""
        value = self._typed(key, int, "a whole number")
        if isinstance(value, bool) or value < 0:
            raise UserError(f"{self.where} {key}: {value}", "wanted a whole number of 0 or more")
        return int(value)

    def number(self, key: str) -> float:
        """A finite number."""
        value = self._typed(key, (int, float), "a number")
        if isinstance(value, bool) or not -1e300 < value < 1e300:
            raise UserError(f"{self.where} {key}: {value}", "wanted a finite number")
        return float(value)

    def day(self, key: str) -> dt.date:
        """A date."""
        value = self._typed(key, dt.date, "a date such as 2016-02-04")
        if isinstance(value, dt.datetime):
            raise UserError(f"{self.where} {key}: {value}", "wanted a date without a time")
        return dt.date(value.year, value.month, value.day)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different texts."""
        values: Sequence[Any] = self._typed(key, list, "a list of texts")
        if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
            raise UserError(f"{self.where} {key}: {values}", "wanted a list of different texts")
        return tuple(values)

    def label(self) -> Label:
        """The section's own words in both languages."""
        return Label(zh=self.text("zh"), en=self.text("en"))

    def inner(self, key: str) -> Section:
        """A table inside this one."""
        return Section(self._typed(key, dict, "a table"), f"{self.where} [{key}]")

    def each(self, key: str) -> tuple[Section, ...]:
        """A list of tables inside this one."""
        rows = self._typed(key, list, "a list of tables")
        if not all(isinstance(row, dict) for row in rows):
            raise UserError(f"{self.where} [{key}]: not a list of tables", "write [[...]] or { ... } for each")
        return tuple(Section(row, f"{self.where} [{key}] {place}") for place, row in enumerate(rows, start=1))

    def _typed(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:  # noqa: ANN401 - TOML holds many types
        if key not in self.raw:
            raise UserError(f"{self.where}: '{key}' is missing", f"wanted {wanted}")
        value = self.raw[key]
        if not isinstance(value, kind):
            raise UserError(f"{self.where} {key}: {value!r}", f"wanted {wanted}")
        return value
