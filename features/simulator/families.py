"""Families as they stand when the ledger begins: drawn so that the published margins hold."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from features.simulator.draws import bounded, log_normal, pick
from features.simulator.population import DAYS_PER_YEAR, NEVER, Children, Codes, Floats, Households, Ints, People
from features.simulator.regions import Places
from features.simulator.shapes import Population, Settings
from features.simulator.words import (
    Aid,
    DisabilityKind,
    Domain,
    Dwelling,
    Ethnicity,
    Guardian,
    Illness,
    Income,
    Level,
    Parent,
    Schooling,
    Sex,
    Water,
)


def make_people(
    rng: np.random.Generator, settings: Settings, places: Places, children: int, entries: tuple[int, int]
) -> People:
    """Draw a population of exactly ``children`` children in the villages of the first county of ``places``.

    Most enter the ledger on the first day of ``entries``, the rest later, at the latest on its second day.
    """
    sizes = _household_sizes(rng, settings, children)
    home = np.flatnonzero(places.county == places.county[0])
    village = np.sort(rng.integers(0, len(home), len(sizes))).astype(np.int32)
    later = rng.random(len(sizes)) < settings.population.entering_later
    entry = np.where(later, rng.integers(*entries, len(sizes), endpoint=True), entries[0]).astype(np.int32)
    households = _households(rng, settings, sizes, village, entry)
    return _children(rng, settings, households, entries[1])


def _household_sizes(rng: np.random.Generator, settings: Settings, children: int) -> Ints:
    shares = np.cumsum(settings.population.children_per_household)
    drawn = np.searchsorted(shares / shares[-1], rng.random(children), side="right") + 1
    ends = np.cumsum(drawn)
    kept = drawn[: int(np.searchsorted(ends, children)) + 1].astype(np.int32)
    kept[-1] -= kept.sum() - children
    return kept


def guardian_birth_years(rng: np.random.Generator, settings: Settings, guardian: Codes, year: int) -> Ints:
    """Years of birth for guardians of the given types; a child without a guardian has none (0)."""
    kin = bounded(rng, settings.population.guardian_age, len(guardian))
    other = bounded(rng, settings.population.other_guardian_age, len(guardian))
    born = year - np.where(guardian == Guardian.GRANDPARENTS, kin, other).astype(np.int32)
    return np.where(guardian == Guardian.NONE, 0, born).astype(np.int32)


def _households(rng: np.random.Generator, settings: Settings, sizes: Ints, village: Ints, entry: Ints) -> Households:
    shape, count = settings.population, len(sizes)
    poor = rng.random(count) < settings.children.registered_poor
    guardian = pick(rng, settings.guardian, Guardian, count)
    father, mother = (pick(rng, shape.parent_away, Parent, count) for _ in range(2))
    incapable = guardian == Guardian.ONE_PARENT
    mother = np.where(incapable & (father != Parent.HOME), np.int8(Parent.INCAPABLE), mother)
    worse = np.where(poor, shape.dwelling_poor_if_poor, 0.0)
    dwelling = pick(rng, shape.dwelling, Dwelling, count)
    dwelling = np.where(rng.random(count) < worse, np.int8(Dwelling.POOR), dwelling)
    dibao = rng.random(count) < settings.children.dibao
    kin_more = rng.binomial(2, shape.second_grandparent, count)
    kin_other = rng.binomial(1, shape.grandparent_with_other_guardian, count)
    kin_home = np.where(guardian == Guardian.GRANDPARENTS, 1 + kin_more, kin_other)
    year = 1970 + int(entry[0] / DAYS_PER_YEAR)
    income = pick(rng, shape.income, Income, count)
    return Households(
        village=village,
        first_child=(np.cumsum(sizes) - sizes).astype(np.int32),
        children=sizes,
        entry=entry,
        move_day=np.full(count, NEVER),
        move_village=village.copy(),
        strain=rng.normal(0.0, 1.0, count),
        confounder=rng.normal(0.0, 1.0, count),
        dwelling=dwelling,
        water=pick(rng, shape.water, Water, count),
        income=np.where(dibao, np.int8(Income.BENEFITS), income),
        school_km=np.round(log_normal(rng, shape.school_km, count), 1),
        clinic_km=np.round(log_normal(rng, shape.clinic_km, count), 1),
        grandparents=kin_home.astype(np.int8),
        dibao=dibao,
        poor=poor,
        aid=np.where(dibao, 1 << Aid.DIBAO, 0).astype(np.uint8),
        guardian=guardian,
        guardian_birth_year=guardian_birth_years(rng, settings, guardian, year),
        guardian_changed=(entry - 60 - rng.exponential(shape.guardian_years * DAYS_PER_YEAR, count)).astype(np.int32),
        father=father,
        mother=mother,
        away_since=(entry - 30 - _days_away(rng, shape, count)).astype(np.int32),
        last_visit=(entry - rng.integers(1, 200, count)).astype(np.int32),
        touched=np.full(count, -1, np.int32),
    )


def _days_away(rng: np.random.Generator, shape: Population, count: int) -> Floats:
    longest = shape.away_years_longest * DAYS_PER_YEAR
    return np.minimum(rng.exponential(shape.away_years * DAYS_PER_YEAR, count), longest)


def _children(rng: np.random.Generator, settings: Settings, households: Households, last: int) -> People:
    margin, shape = settings.children, settings.population
    household = np.repeat(np.arange(len(households), dtype=np.int32), households.children)
    count = len(household)
    age = _child_ages(rng, settings, count)
    entry = households.entry[household]
    born_later = (rng.random(count) < shape.born_later) & (np.arange(count) != households.first_child[household])
    entry = np.where(born_later, rng.integers(entry, last, endpoint=True), entry).astype(np.int32)
    age = np.where(born_later, rng.uniform(0.05, 1.0, count), age)
    lag = rng.normal(0.0, shape.school_lag_sd, count)
    stage_ages = stage_ages_of(settings)
    schooling = np.searchsorted(stage_ages, age + lag, side="right").astype(np.int8)
    out = (schooling >= Schooling.PRIMARY) & (rng.random(count) < _among_school(settings))
    schooling = np.where(out, np.int8(Schooling.DROPPED_OUT), schooling)
    disabled, ill = rng.random(count) < margin.disabled, rng.random(count) < margin.ill
    boards = np.array([shape.boarding[code] for code in Schooling.codes()])
    children = Children(
        household=household,
        entry=entry,
        birth=np.ceil(entry - age * DAYS_PER_YEAR).astype(np.int32),
        sex=(rng.random(count) < margin.boys).astype(np.int8) * np.int8(Sex.BOY),
        ethnicity=pick(rng, shape.ethnicity, Ethnicity, len(households))[household],
        hukou=rng.random(count) >= margin.hukou_missing,
        disability=np.where(disabled, rng.integers(0, len(DisabilityKind), count), -1).astype(np.int8),
        disability_grade=np.where(disabled, rng.integers(1, 5, count), -1).astype(np.int8),
        illness=np.where(ill, rng.integers(0, len(Illness), count), -1).astype(np.int8),
        stage_lag=lag,
        schooling=schooling,
        boarding=rng.random(count) < boards[schooling],
        level=np.full(count, Level.GREEN, np.int8),
        level_day=np.full(count, -1, np.int32),
        level_by=np.zeros(count, np.int32),
        support_luck=rng.random((count, len(Domain)), dtype=np.float32),
        refused=np.where(rng.random(count) < shape.refuses_model, entry, -1).astype(np.int32),
        status=np.zeros(count, np.int8),
        entered=np.zeros(count, bool),
        strain=rng.normal(0.0, 1.0, count),
        recent_needs=np.zeros(count),
        recent_findings=np.zeros(count),
        touched=np.full(count, -1, np.int32),
    )
    return People(households, children, stage_ages)


def _child_ages(rng: np.random.Generator, settings: Settings, count: int) -> Floats:
    bands = settings.age
    band = np.searchsorted(np.cumsum(bands.share[:-1]), rng.random(count), side="right")
    lower, upper = np.array(bands.lower)[band], np.array(bands.upper)[band]
    return np.asarray(lower + rng.random(count) * (upper - lower))


def stage_ages_of(settings: Settings) -> Floats:
    """Ages (with the child's own lag added) at which the stages of schooling begin, so that the margins hold.

    Ages are uniform within their bands and the lag is normal, so the distribution of their sum is known in closed form:
    the integral of the normal distribution function; it is inverted on a fine grid.
    """
    grid = np.linspace(-3.0, 20.0, 4601)

    def area(z: Floats) -> Floats:
        return np.asarray(z * ndtr(z) + np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))

    lag_sd = settings.population.school_lag_sd
    below = np.zeros_like(grid)
    for lower, upper, share in zip(settings.age.lower, settings.age.upper, settings.age.share, strict=True):
        parts = area((grid - lower) / lag_sd) - area((grid - upper) / lag_sd)
        below += share * lag_sd / (upper - lower) * parts
    shares = np.array([settings.schooling[code] for code in Schooling.codes()[:-1]])
    return np.asarray(np.interp(np.cumsum(shares / shares.sum())[:-1], below, grid))


def _among_school(settings: Settings) -> float:
    shares = settings.schooling
    return settings.children.dropped_out / (shares["primary"] + shares["junior"] + shares["senior"])
