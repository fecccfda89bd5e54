"""What a person may correct and who is asked, read once from ``rights.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.definition import Column, Table
from features.settings_file import read_settings


@dataclass(frozen=True, slots=True)
class CorrectionRules:
    """Columns (``table.column``) that are never corrected or wait for a supervisor, and why one is declined."""

    never: tuple[str, ...]
    waits: tuple[str, ...]
    decline_reasons: tuple[str, ...]
    answered_shown: int

    def open_to(self, table: Table, column: Column) -> bool:
        """Whether a person may correct a column: no key, no reference, no free text, and not barred."""
        tied = column.name in table.key or column.references is not None or column.type == "string"
        return not tied and f"{table.name}.{column.name}" not in self.never

    def must_wait(self, table: str, column: str) -> bool:
        """Whether a correction of the column waits for a supervisor."""
        return f"{table}.{column}" in self.waits


@dataclass(frozen=True, slots=True)
class ScoringCall:
    """How long the scoring service is waited for, and the file of the key to it."""

    seconds: float
    key_file: str


@dataclass(frozen=True, slots=True)
class SheetRules:
    """The file that says whom a family may ask."""

    contacts_file: str


@dataclass(frozen=True, slots=True)
class RightsSettings:
    """All of them; see ``rights.toml`` for the reason of each."""

    corrections: CorrectionRules
    scoring: ScoringCall
    sheet: SheetRules


@lru_cache(maxsize=1)
def rights_settings() -> RightsSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).parents[1] / "rights.toml", TypeAdapter(RightsSettings))
