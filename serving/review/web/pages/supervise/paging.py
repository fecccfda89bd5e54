"""Turning pages: the number asked for, what comes before it, and the links to its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from serving.review.settings import settings
from serving.review.web.ask import Ask


@dataclass(frozen=True, slots=True)
class Paging:
    """A page of a list at an address. ``keep`` are the filters that its links carry on."""

    path: str
    number: int
    count: int
    keep: Mapping[str, str]

    @classmethod
    def of(cls, ask: Ask, path: str, **keep: str) -> Paging:
        """The page that was asked for; empty filters are left out."""
        kept = {name: value for name, value in keep.items() if value}
        return cls(path, max(ask.number("page"), 1), settings().page_items, kept)

    @property
    def first(self) -> int:
        """How many come before the page."""
        return (self.number - 1) * self.count

    def pages(self, matching: int) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-matching // self.count))

    def link(self, number: int, **other: str) -> str:
        """The address of a page; ``other`` filters take the place of those kept."""
        values = {**self.keep, **other, "page": str(number)}
        return f"{self.path}?{urlencode({name: value for name, value in values.items() if value})}"
