"""A table in memory in which the rows of one key are found at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from features.record.rows import Row


@dataclass(frozen=True, slots=True)
class SortedRows:
    """A table sorted by a key. ``places`` has the first row and the number of rows of each value of the key."""

    frame: pl.DataFrame
    places: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, frame: pl.DataFrame, key: str) -> SortedRows:
        """Sort a table; rows without a key fall out."""
        rows = frame.filter(pl.col(key).is_not_null()).sort(key, maintain_order=True)
        runs = rows.select(pl.col(key).rle()).to_series().struct
        lengths = runs.field("len")
        places = zip((lengths.cum_sum() - lengths).to_list(), lengths.to_list(), strict=True)
        return cls(rows, dict(zip(runs.field("value").to_list(), places, strict=True)))

    def rows(self, values: Iterable[str]) -> list[Row]:
        """The rows of some values of the key."""
        found: list[Row] = []
        for value in values:
            if (place := self.places.get(value)) is not None:
                found += self.frame.slice(*place).to_dicts()
        return found
