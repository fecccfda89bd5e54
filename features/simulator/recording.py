"""How facts reach the ledger: late, sometimes wrong and put right later, sometimes not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition.structure import DEFINITION_VERSION, RECORDED_ON, RETRACTS, ROW_ID, SOURCE, VALID_FROM
from features.simulator.draws import log_normal
from features.simulator.population import Bits, Floats, Ints
from features.simulator.shapes import LogNormal, Recording

HOME = "_household"


@dataclass(frozen=True, slots=True)
class Clerk:
    """Writes rows down; ``last`` is the day after which nothing is written."""

    rng: np.random.Generator
    rules: Recording
    last: int

    def delays(self, shape: LogNormal, factor: Floats, *, same_day: float = 0.0) -> Ints:
        """Days between a fact and its record, one per ``factor`` (the county's own slowness); skewed to the right."""
        late = log_normal(self.rng, shape, len(factor)) * factor
        late = np.where(self.rng.random(len(factor)) < same_day, 0.0, np.minimum(late, shape.longest))
        return late.astype(np.int32)

    def in_time(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows recorded by the last day."""
        return frame.filter(pl.col(RECORDED_ON).cast(pl.Int32) <= self.last)

    def gaps(self, share: float, factor: Floats, entry: Ints) -> Ints:
        """The day up to which a person's value is missing (-1: never missing), one per person."""
        missing = self.rng.random(len(factor)) < share * factor
        until = entry + self.rng.exponential(self.rules.completed_after_days, len(factor))
        return np.where(missing, until, -1).astype(np.int32)

    def with_errors(
        self, frame: pl.DataFrame, wrong: Bits, columns: Sequence[str], keys: Sequence[str], ids: RowIds
    ) -> pl.DataFrame:
        """Make the rows marked ``wrong`` wrong in one of ``columns``, and add the rows that put them right.

        A wrong value is taken from another row. Once it is noticed, a row retracts the wrong one (it carries the keys,
        everything else is null) and another tells it right.
        """
        if not wrong.any():
            return frame
        right = frame.filter(pl.Series(wrong))
        count = right.height
        donors = frame[self.rng.integers(0, frame.height, count)]
        choice = self.rng.integers(0, len(columns), count)
        swapped = right.with_columns(
            right[column].zip_with(pl.Series(choice != place), donors[column]) for place, column in enumerate(columns)
        )
        dates = [column for column in columns if frame.schema[column] == pl.Date]
        swapped = swapped.with_columns(pl.when(pl.col(name) <= pl.col(VALID_FROM)).then(pl.col(name)) for name in dates)
        noticed = 1 + self.delays(self.rules.wrong_found, np.ones(count))
        fixed_on = (right[RECORDED_ON].cast(pl.Int32) + pl.Series(noticed)).cast(pl.Date).alias(RECORDED_ON)
        kept = {*keys, VALID_FROM, RECORDED_ON, SOURCE, DEFINITION_VERSION, HOME}
        emptied = [pl.lit(None, dtype).alias(name) for name, dtype in frame.schema.items() if name not in kept]
        retraction = right.with_columns(fixed_on).with_columns(emptied)
        retraction = retraction.with_columns(right[ROW_ID].alias(RETRACTS), ids.take(count))
        correction = right.with_columns(fixed_on, ids.take(count))
        return pl.concat([frame.filter(pl.Series(~wrong)), swapped, retraction, correction])


class RowIds:
    """Running record numbers of one table of one population, at most twelve characters each."""

    def __init__(self, letter: str, county: int, first: int) -> None:
        self._prefix = f"{letter}{county:04d}"
        self._next = first

    def take(self, count: int) -> pl.Series:
        """The next ``count`` record numbers, as a column."""
        numbers = np.arange(self._next, self._next + count)
        self._next += count
        return numbered(self._prefix, numbers).alias(ROW_ID)


def numbered(prefix: str, numbers: npt.NDArray[np.signedinteger]) -> pl.Series:
    """Identifiers of a prefix and seven digits."""
    return (prefix + pl.Series(numbers).cast(pl.String).str.zfill(7)).rename("")
