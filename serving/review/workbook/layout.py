"""What both writing and reading a list's workbook know: its columns, its words, and how a row is told from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Status
from serving.review.words import Words

# Columns as people see them, then the hidden ones. The codes stand in the hidden first row.
VISIBLE = (
    "place", "household", "name", "children", "village", "why", "due", "last", "status", "on", "reason", "note",
)  # fmt: skip
NAMES = ("name", "children")
FILLED_IN = ("status", "on", "reason", "note")
HIDDEN = ("key", "version", "was")


@dataclass(frozen=True, slots=True)
class WorkbookSettings:
    """Limits and widths; see ``workbook.toml``."""

    rows_at_most: int
    cells_at_most: int
    changes_at_most: int
    widths: Mapping[str, int]


@lru_cache(maxsize=1)
def workbook_settings() -> WorkbookSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).with_name("workbook.toml"), TypeAdapter(WorkbookSettings))


def reason_codes() -> tuple[str, ...]:
    """Every reason of any status, once each, in their order."""
    return tuple(dict.fromkeys(code for codes in settings().reasons.values() for code in codes))


@lru_cache(maxsize=8)
def codes_by_word(section: str, codes: tuple[str, ...]) -> Mapping[str, str]:
    """What may stand in a cell for a code: its word in either language, or the code."""
    words = {Words(language)(f"{section}.{code}"): code for language in ("zh", "en") for code in codes}
    return words | {code: code for code in codes}


def mark_of_item(item: ListItem) -> str:
    """The mark of what a place says now."""
    return mark_of(item.status, item.status_on, item.reason, item.note)


def mark_of(status: Status, on: date | None, reason: str | None, note: str | None) -> str:
    """A mark of what a place says, to tell whether somebody changed it; says nothing by itself."""
    day = "" if status is Status.OPEN or on is None else on.isoformat()
    said = "|".join((status.value, day, reason or "", note or ""))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
