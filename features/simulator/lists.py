"""Visit lists: the frame of every list with the chance each household had, and what became of those drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.log import RowLog
from features.simulator.population import Bits, Floats, Ints
from features.simulator.shapes import Lists
from features.simulator.words import Stratum

NOT_VISITED = np.int32(-1)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a list is drawn from: households on file, those a duty falls on, the prior score that orders the rest."""

    households: npt.NDArray[np.int64]
    duty: Bits
    prior: Floats


@dataclass(frozen=True, slots=True)
class Book:
    """The running list of a county, by household: how it stands (-1: not in the frame), its chance, and if it waits."""

    stratum: npt.NDArray[np.int8]
    chance: Floats
    unvisited: Bits
    assignments: RowLog
    outcomes: RowLog

    @classmethod
    def empty(cls, households: int) -> Book:
        """No list was drawn yet."""
        return cls(
            np.full(households, -1, np.int8), np.zeros(households), np.zeros(households, bool), RowLog(), RowLog()
        )

    def settle(self, day: int, number: int, reasons: npt.NDArray[np.int8]) -> None:
        """End list ``number`` on ``day``: those not reached are removed, each for its reason (one per household)."""
        who = np.flatnonzero(self.unvisited)
        self._outcome(who, number, np.full(len(who), day, np.int32), reasons[who], np.full(len(who), NOT_VISITED))

    def visited(self, who: npt.NDArray[np.int64], number: int, day: Ints, visit: Ints) -> None:
        """Write down the visits made to households of the running list."""
        listed = self.unvisited[who]
        self._outcome(who[listed], number, day[listed], np.full(int(listed.sum()), -1, np.int8), visit[listed])
        self.unvisited[who] = False

    def draw(self, rng: np.random.Generator, rules: Lists, frame: Frame, number: int, day: int) -> None:
        """Draw list ``number`` on ``day`` and write its whole frame down.

        Duties, carried places, places by score and by hand are certain; everybody else has the same chance of a random
        place, drawn or not. Draws are independent, so the logged chance is exact.
        """
        who = frame.households
        lottery = np.full(len(who), rules.random_share)
        stratum = np.full(len(who), Stratum.RANDOM if rules.random_share > 0 else Stratum.SCORE, np.int8)
        sure = np.zeros(len(who), bool)
        for mask, reason in (
            (rng.random(len(who)) < rules.by_hand, Stratum.BY_HAND),
            (frame.prior >= rules.score_cut, Stratum.SCORE),
            (self.unvisited[who] & (rng.random(len(who)) < rules.carried_on), Stratum.CARRIED),
            (frame.duty, Stratum.DUTY),
        ):
            stratum[mask] = reason
            sure |= mask
        chance = np.where(sure, 1.0, lottery)
        drawn = rng.random(len(who)) < chance
        self.stratum[:] = -1
        self.stratum[who] = stratum
        self.chance[who] = chance
        self.unvisited[:] = False
        self.unvisited[who[drawn]] = True
        count = len(who)
        self.assignments.add(
            household=who.astype(np.int32),
            number=np.full(count, number, np.int32),
            day=np.full(count, day, np.int32),
            stratum=stratum,
            inclusion_probability=chance,
            drawn=drawn,
            removed=np.full(count, -1, np.int8),
            visit=np.full(count, NOT_VISITED),
        )

    def _outcome(
        self, who: npt.NDArray[np.int64], number: int, day: Ints, reason: npt.NDArray[np.int8], visit: Ints
    ) -> None:
        self.outcomes.add(
            household=who.astype(np.int32),
            number=np.full(len(who), number, np.int32),
            day=day,
            stratum=self.stratum[who],
            inclusion_probability=self.chance[who],
            drawn=np.ones(len(who), bool),
            removed=reason,
            visit=visit,
        )


def removal_reasons(rng: np.random.Generator, rules: Lists, households: int) -> npt.NDArray[np.int8]:
    """A reason for every household, should it not be reached (index into the settings' reasons)."""
    limits = np.cumsum(list(rules.removed.values()))
    return np.asarray(np.searchsorted(limits[:-1], rng.random(households) * limits[-1], side="right"), np.int8)
