"""True needs: when they begin, worsen and end. Nothing of this reaches a ledger table unless a visit finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.simulator.log import RowLog
from features.simulator.population import DAYS_PER_YEAR, Bits, Floats, Ints, People
from features.simulator.regions import Places
from features.simulator.shapes import Drivers, Needs
from features.simulator.words import Domain, Dwelling, Guardian, Income, Parent, Schooling, Water

Index = npt.NDArray[np.signedinteger]
Matrix = npt.NDArray[np.int32]
Grades = npt.NDArray[np.int8]

DOMAINS = len(Domain)


@dataclass(frozen=True, slots=True)
class NeedState:
    """Needs by child x domain: the true grade (0 = none) and its first day, and what the ledger has open.

    ``open_grade`` 0 means no open finding; ``open_finding`` is then without meaning.
    """

    grade: Grades
    begun: Matrix
    open_grade: Grades
    open_finding: Matrix
    open_due: Matrix
    ended: RowLog

    @classmethod
    def none(cls, children: int) -> NeedState:
        """Nobody needs anything yet."""
        shape = (children, DOMAINS)
        return cls(
            grade=np.zeros(shape, np.int8),
            begun=np.zeros(shape, np.int32),
            open_grade=np.zeros(shape, np.int8),
            open_finding=np.zeros(shape, np.int32),
            open_due=np.zeros(shape, np.int32),
            ended=RowLog(),
        )

    def end(self, where: Bits, day: Matrix) -> None:
        """End the needs marked in ``where`` on ``day`` (both child x domain) and keep them as truth."""
        child, domain = np.nonzero(where)
        self.keep(child, domain, day[child, domain], ongoing=False)
        self.grade[child, domain] = 0

    def keep(self, child: Index, domain: Index, end: Ints, *, ongoing: bool) -> None:
        """Write true needs down."""
        self.ended.add(
            child=child,
            domain=domain.astype(np.int8),
            start=self.begun[child, domain],
            end=end,
            severity=self.grade[child, domain],
            ongoing=np.full(len(child), ongoing),
        )


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of the settings as arrays: drivers x domains, and pairs of drivers x domains."""

    names: tuple[str, ...]
    single: Floats
    pairs: tuple[tuple[str, str], ...]
    product: Floats
    base: Floats

    @classmethod
    def of(cls, needs: Needs) -> Effects:
        """Read the effects in the order of the support domains."""

        def row(effect: Mapping[str, float]) -> list[float]:
            return [effect[code] for code in Domain.codes()]

        return cls(
            names=tuple(needs.effects),
            single=np.array([row(effect) for effect in needs.effects.values()]) * needs.signal,
            pairs=tuple((product.of[0], product.of[1]) for product in needs.products),
            product=np.array([row(product.effect) for product in needs.products]) * needs.signal,
            base=np.array(row(needs.base)),
        )


def drivers(people: People, rules: Drivers, day: int) -> dict[str, Floats]:
    """What drives need, one value per child as of ``day``, from the true facts."""
    homes, kids = people.households, people.children
    age = people.age(day)
    spread = people.of_household
    year = 1970 + day / DAYS_PER_YEAR
    guardian = spread(homes.guardian)
    guardian_age = np.where(
        guardian == Guardian.NONE, rules.guardian_ages_from, year - spread(homes.guardian_birth_year)
    )
    parents = np.stack([spread(homes.father), spread(homes.mother)])
    income = spread(homes.income)
    marks: dict[str, npt.NDArray[np.generic]] = {
        "guardian_none": guardian == Guardian.NONE,
        "guardian_one_parent": guardian == Guardian.ONE_PARENT,
        "guardian_not_kin": (guardian == Guardian.RELATIVES) | (guardian == Guardian.FRIENDS),
        "guardian_decades_over_60": np.clip(
            (guardian_age - rules.guardian_ages_from) / 10.0, 0.0, rules.guardian_decades_at_most
        ),
        "guardian_old": guardian_age >= rules.guardian_old,
        "guardian_very_old": guardian_age >= rules.guardian_very_old,
        "guardian_changed": day - spread(homes.guardian_changed) < rules.guardian_changed_days,
        "poor": spread(homes.poor),
        "dibao": spread(homes.dibao),
        "dwelling_poor": spread(homes.dwelling) == Dwelling.POOR,
        "dwelling_dangerous": spread(homes.dwelling) == Dwelling.DANGEROUS,
        "dwelling_bad": spread(homes.dwelling) != Dwelling.SOUND,
        "water_open": spread(homes.water) == Water.OPEN,
        "income_unsure": (income == Income.NONE) | (income == Income.RELATIVES),
        "parent_out_of_contact": (parents == Parent.OUT_OF_CONTACT).any(axis=0),
        "parent_deceased": (parents == Parent.DECEASED).any(axis=0),
        "away_years": np.clip((day - spread(homes.away_since)) / DAYS_PER_YEAR, 0.0, rules.away_years_at_most),
        "school_far": spread(homes.school_km) > rules.school_far_km,
        "clinic_far": spread(homes.clinic_km) > rules.clinic_far_km,
        "dropped_out": kids.schooling == Schooling.DROPPED_OUT,
        "small": age < rules.small_below,
        "older": age >= rules.older_from,
        "boarding": kids.boarding,
        "ill": kids.illness >= 0,
        "disabled": kids.disability >= 0,
        "hukou_missing": ~kids.hukou,
        "siblings": spread(homes.children) - 1.0,
    }
    marks["parent_lost"] = marks["parent_out_of_contact"].astype(bool) | marks["parent_deceased"].astype(bool)
    return {name: np.asarray(values, np.float64) for name, values in marks.items()}


def onset_chance(needs: Needs, effects: Effects, people: People, places: Places, marks: Mapping[str, Floats]) -> Floats:
    """Chance per month that a need begins, child x domain."""
    homes, kids = people.households, people.children
    hidden = (
        needs.household_sd * homes.strain[kids.household]
        + needs.child_sd * kids.strain
        + needs.confounder * homes.confounder[kids.household]
        + places.need[homes.village[kids.household]]
        + needs.memory * np.minimum(kids.recent_needs, needs.memory_at_most)
    )
    # Added up one by one: a matrix product may round differently with the number of threads.
    odds = effects.base + hidden[:, None]
    for name, row in zip(effects.names, effects.single, strict=True):
        odds += marks[name][:, None] * row
    for (one, other), row in zip(effects.pairs, effects.product, strict=True):
        odds += (marks[one] * marks[other])[:, None] * row
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def start(rng: np.random.Generator, state: NeedState, chance: Floats, needs: Needs, people: People, day: int) -> None:
    """Give the population the needs it would have by now, had it lived like this before the first ``day``."""
    there = rng.random(chance.shape) < chance / (chance + needs.recovery)
    there &= people.children.entered[:, None]
    count = int(there.sum())
    state.grade[there] = _grades(rng, needs, count)
    state.begun[there] = day - 1 - rng.integers(0, 180, count)
    people.children.recent_needs[:] = rng.poisson(chance.sum(axis=1) * needs.memory_half_life)


def begin(
    rng: np.random.Generator, state: NeedState, chance: Floats, needs: Needs, people: People, days: tuple[int, int]
) -> None:
    """Let needs begin on the days ``[first, next)`` of the month, worsen, and be remembered by the child."""
    first, until = days
    active = people.in_ledger()[:, None]
    worse = (state.grade > 0) & (state.grade < 3) & (rng.random(chance.shape, np.float32) < needs.worsening)
    state.grade[worse & active] += 1
    new = (state.grade == 0) & active & (rng.random(chance.shape, np.float32) < chance)
    count = int(new.sum())
    state.grade[new] = _grades(rng, needs, count)
    state.begun[new] = rng.integers(first, until, count)
    fading = 0.5 ** (1.0 / needs.memory_half_life)
    people.children.recent_needs[:] = people.children.recent_needs * fading + new.sum(axis=1)


def _grades(rng: np.random.Generator, needs: Needs, count: int) -> Grades:
    limits = np.cumsum(needs.severity)
    grades = 1 + np.searchsorted(limits[:-1], rng.random(count) * limits[-1], side="right")
    return np.asarray(grades, np.int8)


def recover(rng: np.random.Generator, state: NeedState, needs: Needs, people: People, last: int) -> None:
    """Let needs end at the end of the month: sooner when a visit has opened them; all when the file is closed."""
    chance = np.where(state.open_grade > 0, needs.served_recovery, needs.recovery)
    gone = (rng.random(chance.shape, np.float32) < chance) | ~people.in_ledger()[:, None]
    state.end((state.grade > 0) & gone, np.full(chance.shape, last, np.int32))
