"""What the page of a visit offers, read once from ``visit.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.definition import Label
from features.settings_file import read_settings
from serving.review.settings import settings
from serving.review.store.lists import ListItem


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """See ``visit.toml``."""

    rows: int
    rows_at_most: int
    children_at_most: int
    duty_purposes: Mapping[str, str]
    ends: Mapping[str, str]
    open_status: str
    closed_status: str
    actions: Mapping[str, Label]

    def purpose_of(self, item: ListItem) -> str:
        """The ledger's code of why a place is visited."""
        kind = (item.duty_rule or "").split(":")[0]
        return self.duty_purposes.get(kind, settings().purposes[item.stratum])


@lru_cache(maxsize=1)
def visit_settings() -> VisitSettings:
    """Read the settings once."""
    return read_settings(Path(__file__).with_name("visit.toml"), TypeAdapter(VisitSettings))
