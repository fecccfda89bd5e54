"""Counties, townships, villages and the people who visit: the part of the world that does not change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from features.simulator.plan import SimulationPlan
from features.simulator.settings import Scenario
from features.simulator.words import Domain

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

_FIRST_PREFECTURE_COUNTY = 21
_FIRST_TOWNSHIP = 100
_FIRST_VILLAGE = 200


@dataclass(frozen=True, slots=True)
class County:
    """One county to simulate; ``movers`` of its ``children`` will move to another county."""

    number: int
    code: str
    children: int
    movers: int


@dataclass(frozen=True, slots=True)
class Places:
    """Villages of one or more counties, one entry per village, and the visitors, one entry per visitor.

    ``need``, ``diligence``, ``delay``, ``missing`` and ``wrong`` are the county's (``need`` also the village's) own;
    a village is visited by ``visitor_count`` visitors from ``visitor_first`` on.
    """

    county: Ints
    code: npt.NDArray[np.str_]
    need: Floats
    diligence: Floats
    delay: Floats
    missing: Floats
    wrong: Floats
    visitor_first: Ints
    visitor_count: Ints
    visitor_code: npt.NDArray[np.str_]
    visitor_skill: Floats

    @property
    def villages(self) -> int:
        """Number of villages."""
        return len(self.county)


def generator(plan: SimulationPlan, *key: int) -> np.random.Generator:
    """A random generator of its own for each ``key``, the same whatever process asks for it."""
    return np.random.default_rng(np.random.SeedSequence([plan.seed, *key]))


def counties_of(plan: SimulationPlan, scenario: Scenario) -> tuple[County, ...]:
    """The counties of a plan: sizes differ, and add up to the children asked for."""
    settings = scenario.early
    rng = generator(plan)
    weights = np.exp(rng.normal(0.0, settings.population.county_size_sd, plan.counties))
    spread = _whole(weights, plan.children - plan.counties) + 1
    moving = settings.moves.per_year * plan.months / 12 if plan.counties > 1 else 0.0
    movers = rng.binomial(spread, min(moving, 1.0))
    return tuple(
        County(number, county_code(number, scenario), int(spread[number]), int(movers[number]))
        for number in range(plan.counties)
    )


def county_code(number: int, scenario: Scenario) -> str:
    """The six digits of a county: province, prefecture, county."""
    population = scenario.early.population
    prefecture, county = divmod(number, population.counties_per_prefecture)
    province, prefecture = divmod(prefecture, population.prefectures_per_province)
    return f"{population.provinces[province]}{prefecture + 1:02d}{county + _FIRST_PREFECTURE_COUNTY:02d}"


def places_of(plan: SimulationPlan, scenario: Scenario, counties: Sequence[County]) -> Places:
    """The villages and visitors of some counties, one county after the other."""
    parts = [_county_places(plan, scenario, county) for county in counties]
    visitors = np.cumsum([0, *(len(part.visitor_code) for part in parts)])
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Places)
        if field.name != "visitor_first"
    }
    first = np.concatenate([part.visitor_first + shift for part, shift in zip(parts, visitors, strict=False)])
    return Places(visitor_first=first.astype(np.int32), **joined)


def _county_places(plan: SimulationPlan, scenario: Scenario, county: County) -> Places:
    settings = scenario.early
    rng = generator(plan, county.number, 0)
    villages = max(2, round(county.children / settings.population.children_per_village))
    township, village = np.divmod(np.arange(villages), settings.population.villages_per_township)
    code = [
        f"{county.code}{t + _FIRST_TOWNSHIP:03d}{v + _FIRST_VILLAGE:03d}"
        for t, v in zip(township, village, strict=True)
    ]
    county_need = rng.normal(0.0, settings.needs.county_sd)
    first, count = _visitors(settings.visiting.nested_visitors, township, settings.visiting.visitors_per_township)
    people = int((first + count).max())

    def quality(sd: float) -> Floats:
        return np.full(villages, np.exp(rng.normal(0.0, sd)))

    return Places(
        county=np.full(villages, county.number, np.int32),
        code=np.array(code),
        need=county_need + rng.normal(0.0, settings.needs.village_sd, villages),
        diligence=quality(settings.visiting.diligence_sd),
        delay=quality(settings.recording.quality_sd),
        missing=quality(settings.recording.quality_sd),
        wrong=quality(settings.recording.quality_sd),
        visitor_first=first,
        visitor_count=count,
        visitor_code=np.array([f"W{county.number:04d}{person:05d}" for person in range(people)]),
        visitor_skill=rng.normal(0.0, settings.finding.visitor_sd, (people, len(Domain))),
    )


def _visitors(nested: bool, township: npt.NDArray[np.int64], per_township: int) -> tuple[Ints, Ints]:  # noqa: FBT001
    if nested:
        return np.arange(len(township), dtype=np.int32), np.ones(len(township), np.int32)
    return (township * per_township).astype(np.int32), np.full(len(township), per_township, np.int32)


def _whole(weights: Floats, total: int) -> npt.NDArray[np.int64]:
    """Whole numbers in proportion to ``weights`` that add up to ``total`` (largest remainders)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole)
