"""Choose over time by regret: how far each candidate stays behind the best of each date, never by one lucky date.

The audition of models of the Center for Data Science and Public Policy (triage): a candidate's mean regret over the
dates so far is what choosing it is expected to cost on the next.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to order, and how good it was on each date (higher is better; None where it cannot be said).

    ``size``: leaves at most, for a tie. A baseline may be best on a date but is not chosen (``eligible`` is false).
    """

    name: str
    measured: tuple[float | None, ...]
    size: int = 0
    eligible: bool = False


@dataclass(frozen=True, slots=True)
class RegretRow:
    """One candidate over the known dates: mean and worst regret (None without a date) and the dates it was best on."""

    name: str
    mean: float | None
    worst: float | None
    best_on: int


@dataclass(frozen=True, slots=True)
class RegretTable:
    """Candidates over dates, oldest first; every candidate is measured on all of them."""

    dates: tuple[date, ...]
    candidates: tuple[Candidate, ...]

    @property
    def regrets(self) -> FloatArray:
        """How far each candidate is from the best of each date, shape (candidates, dates known); 0 is the best."""
        values = np.array([[np.nan if v is None else v for v in one.measured] for one in self.candidates], dtype=float)
        known = values[:, ~np.isnan(values).any(axis=0)]
        return np.asarray(known.max(axis=0, initial=-np.inf) - known, dtype=np.float64)

    def chosen(self, until: int | None = None) -> int:
        """The eligible candidate with the least mean regret over the first ``until`` known dates (all when left out).

        Of those within the tie the smallest, then the one with the least regret, then the first. Where no date is
        known, every candidate ties.
        """
        regrets = self.regrets[:, :until]
        mean = regrets.mean(axis=1) if regrets.shape[1] else np.zeros(len(self.candidates))
        places = [place for place, one in enumerate(self.candidates) if one.eligible]
        least = min(mean[place] for place in places)
        near = [place for place in places if mean[place] <= least + tie()]
        return min(near, key=lambda place: (self.candidates[place].size, mean[place], place))

    def next_date(self) -> float | None:
        """What the rule itself cost: chosen on the dates before each date, its regret there, averaged.

        None with fewer than two known dates.
        """
        regrets = self.regrets
        later = range(1, regrets.shape[1])
        costs = [float(regrets[self.chosen(turn), turn]) for turn in later]
        return float(np.mean(costs)) if costs else None

    def rows(self) -> tuple[RegretRow, ...]:
        """Each candidate with its mean and worst regret and how often it was best."""
        regrets = self.regrets
        if not regrets.shape[1]:
            return tuple(RegretRow(one.name, None, None, 0) for one in self.candidates)
        return tuple(
            RegretRow(one.name, float(row.mean()), float(row.max()), int((row == 0).sum()))
            for one, row in zip(self.candidates, regrets, strict=True)
        )


NO_REGRET = RegretTable((), ())
"""The table of a choice that was not made by regret."""


def regret_record(table: RegretTable) -> dict[str, object]:
    """The table as it is kept with a run."""
    return {
        "dates": [day.isoformat() for day in table.dates],
        "chosen": table.candidates[table.chosen()].name if table.candidates else None,
        "next_date_regret": table.next_date() if table.candidates else None,
        "candidates": [asdict(row) for row in table.rows()],
    }


@lru_cache(maxsize=1)
def tie() -> float:
    """How little difference in mean regret is none; its source stands in the file."""
    return float(tomllib.loads(Path(__file__).with_name("regret.toml").read_text(encoding="utf-8"))["tie"])
