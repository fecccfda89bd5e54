"""Who is visited in a month, and why: reports first, then follow-ups, levels, lists, lots and plain routine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.changes import Month
from features.simulator.lists import Book
from features.simulator.population import NEVER, Bits, Codes, Floats, Ints, People
from features.simulator.scene import Scene
from features.simulator.shapes import Visiting
from features.simulator.words import Level, Purpose, Stratum


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of a month, one entry each, at most one per household. ``number`` is the running number of the visit."""

    number: Ints
    household: npt.NDArray[np.int64]
    day: Ints
    visitor: Ints
    purpose: Codes
    met: Bits

    def __len__(self) -> int:
        return len(self.household)


@dataclass(frozen=True, slots=True)
class Standing:
    """How households stand at the start of a month: on file, most urgent level, first due follow-up, interval over."""

    on_file: Bits
    level: Codes
    due: Ints
    overdue: Bits

    @classmethod
    def of(cls, scene: Scene, rules: Visiting, day: int) -> Standing:
        """Read the standing of every household on a day."""
        people, state = scene.people, scene.needs
        active = people.in_ledger()
        level = -people.by_household(np.where(active, -people.children.level, np.int8(-Level.GREEN)))
        waiting = np.where((state.open_grade > 0) & active[:, None], state.open_due, NEVER).min(axis=1)
        due = -people.by_household(-waiting)
        interval = np.array([rules.interval_days[code] for code in Level.codes()])[level]
        overdue = day - people.households.last_visit >= interval
        return cls(people.by_household(active).astype(bool), level.astype(np.int8), due.astype(np.int32), overdue)


def plan_visits(
    scene: Scene, standing: Standing, book: Book, rules: Visiting, *, listed_chance: float, month: Month, first: int
) -> Visits:
    """Draw the visits of a month: where somebody goes, when, who, why, and whether anybody is met.

    Nobody visits on the last day: it is the day of the paperwork, when findings are closed.

    ``listed_chance`` is the chance that a household waiting on the list is visited; ``first`` numbers the first visit.
    """
    rng, homes, places = scene.rng, scene.people.households, scene.places
    report_day = _reports(scene, rules, month)
    purpose = _purposes(scene, standing, book, rules, listed_chance, month)
    purpose[report_day > 0] = Purpose.REPORT
    day = np.where(report_day > 0, report_day, rng.integers(month.first, month.last, len(homes)))
    moving = (homes.move_day >= month.first) & (homes.move_day < month.until) & (day < homes.move_day)
    who = np.flatnonzero(standing.on_file & (purpose >= 0) & ~moving & (day >= homes.entry))
    village = homes.village[who]
    missed = rules.not_met * (1.0 + rules.not_met_distance * homes.clinic_km[who])
    return Visits(
        number=(first + np.arange(len(who))).astype(np.int32),
        household=who,
        day=day[who].astype(np.int32),
        visitor=(places.visitor_first[village] + rng.integers(0, places.visitor_count[village])).astype(np.int32),
        purpose=purpose[who],
        met=rng.random(len(who)) >= missed,
    )


def _purposes(
    scene: Scene, standing: Standing, book: Book, rules: Visiting, listed_chance: float, month: Month
) -> Codes:
    """Why each household would be visited this month, reports aside; -1 for no reason. Later reasons go first."""
    homes = scene.people.households
    luck = scene.rng.random((len(homes), 4), np.float32)
    pull = rules.routine_confounder * homes.confounder - rules.routine_distance * homes.clinic_km
    routine = rules.routine * scene.places.diligence[homes.village] * np.exp(pull)
    purpose = np.full(len(homes), -1, np.int8)
    purpose[luck[:, 0] < routine] = Purpose.ROUTINE
    listed = book.unvisited & (luck[:, 1] < listed_chance)
    purpose[listed] = np.where(book.stratum[listed] == Stratum.RANDOM, Purpose.RANDOM, Purpose.LISTED)
    purpose[standing.overdue & (luck[:, 2] < rules.interval_done)] = Purpose.INTERVAL
    purpose[(standing.due < month.until) & (luck[:, 3] < rules.follow_up_done)] = Purpose.FOLLOW_UP
    return purpose


def _reports(scene: Scene, rules: Visiting, month: Month) -> Ints:
    """Days on which a visit follows a report of a hidden need; 0 for households nobody reports."""
    rng, people, state = scene.rng, scene.people, scene.needs
    hidden = np.where((state.grade > state.open_grade) & (state.begun < month.last - 1), state.grade, 0)
    chance = np.array(rules.reported)[hidden]
    told = rng.random(chance.shape, np.float32) < chance
    earliest = np.where(told, np.maximum(state.begun, month.first), 0).max(axis=1)
    soonest = people.by_household(np.where(people.in_ledger(), earliest, 0))
    later = soonest + 1 + rng.integers(0, 6, len(soonest))
    return np.where(soonest > 0, np.minimum(later, month.last - 1), 0).astype(np.int32)


def prior_score(people: People, points: Floats, noise: Floats) -> Floats:
    """The score of a list before there was a model: the highest of a household's children, and guesswork."""
    seen = np.where(people.in_ledger(), points, -np.inf)
    return np.asarray(people.by_household(seen) + noise)
