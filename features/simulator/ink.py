"""What every table is written with: identifiers, words, dates, the clerk, and the order of the definition's columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition.model import Definition
from features.definition.structure import (
    DEFINITION_VERSION,
    RECORDED_ON,
    RETRACTS,
    SIMULATED_SOURCE,
    SOURCE,
    VALID_FROM,
)
from features.simulator.population import Bits, Floats, Ints
from features.simulator.recording import HOME, Clerk, RowIds, numbered
from features.simulator.shapes import Settings
from features.simulator.story import Story
from features.simulator.words import Word

Numbers = npt.NDArray[np.signedinteger]
DTYPES: Mapping[str, type[pl.DataType]] = {
    "string": pl.String, "category": pl.String, "categories": pl.String, "date": pl.Date,
    "integer": pl.Int64, "number": pl.Float64, "boolean": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letters:
    """First letters of the identifiers of one county's households, children, visits, findings, lists and rows."""

    household: str = "H"
    child: str = "C"
    visit: str = "V"
    finding: str = "F"
    row: str = "R"


@dataclass(frozen=True, slots=True)
class Known:
    """The day on which each household and each child is first recorded: nothing about them is recorded before."""

    household: Ints
    child: Ints

    @classmethod
    def of(cls, story: Story, clerk: Clerk) -> Known:
        """Draw the first record days; children whose first row is as old as their household's become known with it."""
        people, logs = story.scene.people, story.states
        home_first = _first_days(logs.households.joined(), "household")
        child_first = _first_days(logs.children.joined(), "child")
        of = people.children.household
        slow = story.scene.places.delay[people.households.village]
        shape, same_day = clerk.rules.first_delay, clerk.rules.same_day
        home_delay = clerk.delays(shape, slow, same_day=same_day)
        own_delay = clerk.delays(shape, slow[of], same_day=same_day)
        together = people.children.entry == people.households.entry[of]
        household = home_first + home_delay
        child = child_first + np.where(together, home_delay[of], own_delay)
        return cls(household.astype(np.int32), np.maximum(child, household[of]).astype(np.int32))


@dataclass(frozen=True, slots=True)
class Ink:
    """The story of a population and what it takes to write it down.

    ``county`` numbers the county; ``first`` is where running numbers begin, which sets movers apart from the rest.
    """

    story: Story
    settings: Settings
    definition: Definition
    clerk: Clerk
    known: Known
    county: int
    first: int

    def names(self, letter: str, numbers: Numbers) -> pl.Series:
        """Identifiers for running numbers; null where a number is negative."""
        made = numbered(f"{letter}{self.county:04d}", numbers + self.first)
        return gaps(made, numbers < 0)

    def of_county(self, factor: Floats, households: Numbers) -> Floats:
        """A county's own factor, for the rows of some households."""
        return factor[self.story.scene.people.households.village[households]]

    def wrong(self, share: float, households: Ints) -> Bits:
        """Which rows are written wrong at first."""
        chance = share * self.of_county(self.story.scene.places.wrong, households)
        return self.clerk.rng.random(len(households)) < chance

    def row_ids(self) -> RowIds:
        """Record numbers of one table."""
        return RowIds(Letters().row, self.county, self.first)

    def finish(
        self, table: str, columns: Mapping[str, pl.Series], dates: tuple[Ints, Ints], home: Ints, ids: RowIds
    ) -> pl.DataFrame:
        """Put columns in the order and types of the definition, with bookkeeping and the household's number.

        ``dates`` are the days from which rows are valid and on which they were recorded.
        """
        spec = self.definition.tables[table].columns
        made = [columns[name].cast(DTYPES[column.type]).alias(name) for name, column in spec.items()]
        valid, recorded = (day_series(day) for day in dates)
        return pl.DataFrame(made).with_columns(
            ids.take(len(home)),
            valid.alias(VALID_FROM),
            recorded.alias(RECORDED_ON),
            pl.lit(None, pl.String).alias(RETRACTS),
            pl.lit(SIMULATED_SOURCE).alias(SOURCE),
            pl.lit(self.definition.version).alias(DEFINITION_VERSION),
            pl.Series(HOME, home),
        )


def _first_days(log: Mapping[str, npt.NDArray[Any]], subject: str) -> Ints:
    """The day of the first row of each subject, by its number (rows stand in the order of time)."""
    _, first = np.unique(log[subject], return_index=True)
    return log["day"][first].astype(np.int32)


def code_series(values: Numbers, word: type[Word], missing: Bits | None = None) -> pl.Series:
    """Codes of a list for their numbers; null for negative numbers and where ``missing``."""
    absent = values < 0 if missing is None else (values < 0) | missing
    codes = pl.Series([*word.codes(), None], dtype=pl.String)
    return codes.gather(np.where(absent, len(word), values).astype(np.uint32))


def bit_series(values: npt.NDArray[np.integer], word: type[Word], missing: Bits | None = None) -> pl.Series:
    """Sets of codes, kept as bits, in the ledger's form ``;a;b;`` (codes sorted)."""
    codes = word.codes()
    order = sorted(range(len(codes)), key=lambda place: codes[place])
    texts = [
        ";" + "".join(f"{codes[place]};" for place in order if bits >> place & 1) for bits in range(1 << len(codes))
    ]
    made = pl.Series(texts).gather(values.astype(np.uint32))
    return made if missing is None else gaps(made, missing)


def day_series(values: Ints, missing: Bits | None = None) -> pl.Series:
    """Dates for days since 1970-01-01; null for negative numbers and where ``missing``."""
    absent = values < 0 if missing is None else (values < 0) | missing
    return gaps(pl.Series(values.astype(np.int32)).cast(pl.Date), absent)


def gaps(series: pl.Series, missing: Bits) -> pl.Series:
    """The series with nulls where ``missing``."""
    if not missing.any():
        return series
    return series.zip_with(
        pl.Series(~missing), pl.Series([None], dtype=series.dtype).extend_constant(None, len(series) - 1)
    )
