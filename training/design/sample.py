"""The children of the frames as arrays, and what their stratum and logged chance make each assessed child stand for.

Strata where every household had the chance 1 (duties, places by score, carried, by hand) are certain: each child
stands for itself and for those of its stratum whom nobody saw. In the other strata a child drawn with chance p stands
for 1/p children (Horvitz and Thompson 1952), scaled within its stratum to the frame's known size (Hajek 1971). Within
a prefecture each stratum is a cell; children whose chance was 0 stand in a cell of their own: no lot speaks for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from training.dataset import COUNTY
from training.design.assignments import CHANCE, DRAWN, STRATUM
from training.labels import LABEL
from training.metrics import first_places, places

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

PREFECTURE_DIGITS = 4
CERTAIN, BY_LOT, NEVER = "certain", "lot", "never"


@dataclass(frozen=True, slots=True)
class Sample:
    """Every child of the frames, one entry per child and list.

    ``household`` and ``cell`` are running numbers; ``home`` gives for each cell the prefecture's running number and
    ``kind`` whether its chances are 1, between, or 0. ``label`` is NaN where nobody looked, and means nothing where
    the household was not drawn.
    """

    household: IntArray
    cell: IntArray
    chance: FloatArray
    drawn: BoolArray
    label: FloatArray
    home: IntArray
    kind: npt.NDArray[np.str_]

    @property
    def known(self) -> BoolArray:
        """The household was drawn and the child was looked at."""
        return np.asarray(self.drawn & ~np.isnan(self.label))

    @property
    def size(self) -> int:
        """Children on frames."""
        return len(self.cell)

    def where(self, keep: BoolArray) -> Sample:
        """The entries where ``keep``, shape (n,), is true; cells keep their numbers."""
        return replace(
            self,
            household=self.household[keep],
            cell=self.cell[keep],
            chance=self.chance[keep],
            drawn=self.drawn[keep],
            label=self.label[keep],
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """What each child stands for (0 where it is not looked at) and the share of its cell known in its place.

    ``cell`` is the cell it was weighted in; ``share`` is the chance of being drawn times the share of the drawn who
    were looked at: what is known of a finite frame is not uncertain (finite population correction).
    """

    weight: FloatArray
    share: FloatArray
    cell: IntArray


def sample_of(rows: pl.DataFrame) -> Sample:
    """Arrays of the rows that ``listed_children`` gives, in their order."""
    chance = rows[CHANCE].to_numpy()
    kind = np.where(chance >= 1, CERTAIN, np.where(chance > 0, BY_LOT, NEVER))
    named = rows.select(pl.col(COUNTY).str.slice(0, PREFECTURE_DIGITS).alias("home"), STRATUM, pl.Series("kind", kind))
    cells = named.unique().sort("home", STRATUM, "kind").with_row_index("cell")
    cell = named.join(cells, on=["home", STRATUM, "kind"], how="left", maintain_order="left")["cell"]
    return Sample(
        household=_numbers(rows[s.HOUSEHOLD]),
        cell=cell.cast(pl.Int64).to_numpy(),
        chance=chance,
        drawn=rows[DRAWN].to_numpy(),
        label=rows[LABEL].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        home=_numbers(cells["home"]),
        kind=np.asarray(cells["kind"].to_numpy(), dtype=np.str_),
    )


def _numbers(column: pl.Series) -> IntArray:
    return np.asarray((column.rank("dense").cast(pl.Int64) - 1).to_numpy())


def response_weights(sample: Sample, least: int) -> Weights | None:
    """What each looked-at child stands for if who answers is by chance within its cell (an assumption).

    Certain cells where fewer than ``least`` children are known join the best known certain cell of the prefecture.

    Returns:
        None where part of the frame has nobody to speak for it: a chance of 0, or a cell nobody was looked at in.
    """
    known = sample.known
    cell = _joined(sample, known, least)
    if (sample.kind[cell] == NEVER).any():
        return None
    return _weights(sample, known, cell)


def drawn_weights(sample: Sample) -> Weights | None:
    """What each drawn child stands for, looked at or not; children whose chance was 0 stand for themselves.

    Returns:
        None where a cell's lot drew nobody.
    """
    return _weights(sample, sample.drawn | (sample.chance <= 0), sample.cell)


def _weights(sample: Sample, looked: BoolArray, cell: IntArray) -> Weights | None:
    base = np.where(sample.chance > 0, 1 / np.where(sample.chance > 0, sample.chance, 1.0), 1.0)
    cells = len(sample.kind)
    total = np.bincount(cell, minlength=cells)
    mass = np.bincount(cell, base * looked, minlength=cells)
    if ((total > 0) & (mass <= 0)).any():
        return None
    drawn = np.bincount(cell, base * (sample.drawn | (sample.chance <= 0)), minlength=cells)
    scale, answered = (
        np.divide(top, low, out=np.zeros(cells), where=low > 0) for top, low in ((total, mass), (mass, drawn))
    )
    chance = np.where(sample.chance > 0, sample.chance, 1.0)
    return Weights(np.where(looked, base * scale[cell], 0.0), np.minimum(1.0, chance * answered[cell]), cell)


def _joined(sample: Sample, known: BoolArray, least: int) -> IntArray:
    counts = np.bincount(sample.cell, known, minlength=len(sample.kind))
    target = np.arange(len(sample.kind))
    certain = sample.kind == CERTAIN
    for home in np.unique(sample.home):
        here = np.flatnonzero(certain & (sample.home == home))
        if here.size:
            target[here[counts[here] < least]] = here[np.argmax(counts[here])]
    return target[sample.cell]


def first_by_period(scores: FloatArray, periods: Sequence[int] | IntArray, share: float, lots: FloatArray) -> BoolArray:
    """Whether each entry is among the first ``share`` of its period by score; ties by ``lots``, NaN scores last."""
    chosen = np.zeros(len(scores), bool)
    numbers = np.asarray(periods)
    filled = np.where(np.isnan(scores), -np.inf, scores)
    for period in np.unique(numbers):
        here = np.flatnonzero(numbers == period)
        chosen[here[first_places(filled[here], places(share, here.size), lots[here])]] = True
    return chosen
