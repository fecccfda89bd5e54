"""Counties, villages and visitors."""

from __future__ import annotations

import numpy as np
import pytest

from features.simulator.plan import SimulationPlan
from features.simulator.regions import counties_of, county_code, generator, places_of
from features.simulator.settings import load_scenario

PLAN = SimulationPlan(children=20_000, counties=5, seed=2)


def test_counties_differ_in_size_and_add_up() -> None:
    counties = counties_of(PLAN, load_scenario("default"))
    assert sum(county.children for county in counties) == PLAN.children
    assert len({county.children for county in counties}) > 1
    assert all(0 <= county.movers < county.children for county in counties)
    assert sum(county.movers for county in counties) > 0


def test_nobody_moves_when_there_is_one_county() -> None:
    (county,) = counties_of(SimulationPlan(children=9_000, counties=1), load_scenario("default"))
    assert county.movers == 0


def test_county_codes_are_distinct_and_run_over_prefectures_and_provinces() -> None:
    scenario = load_scenario("default")
    codes = [county_code(number, scenario) for number in range(400)]
    assert len(set(codes)) == 400
    assert codes[0] == "520121"
    assert codes[12] == "520221"
    assert codes[144].startswith("53")
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_places_are_joined_with_their_own_visitors() -> None:
    scenario = load_scenario("default")
    counties = counties_of(PLAN, scenario)
    both, one = places_of(PLAN, scenario, counties[:2]), places_of(PLAN, scenario, counties[1:2])
    second = both.county == 1
    assert both.code[second].tolist() == one.code.tolist()
    assert all(len(code) == 12 and code.startswith(counties[0].code) for code in both.code[~second])
    shifted = both.visitor_code[both.visitor_first[second]]
    assert shifted.tolist() == one.visitor_code[one.visitor_first].tolist()
    assert both.villages == len(both.code)


def test_regions_differ_in_need_and_in_quality() -> None:
    scenario = load_scenario("default")
    places = places_of(PLAN, scenario, counties_of(PLAN, scenario))
    for values in (places.delay, places.missing, places.wrong, places.diligence):
        assert len(np.unique(values)) == PLAN.counties
    means = [places.need[places.county == number].mean() for number in range(PLAN.counties)]
    assert np.std(means) > 0.05


@pytest.mark.parametrize(("name", "visitors"), [("default", 4), ("nested-visitors", 1)])
def test_visitors_cross_villages_unless_nested(name: str, visitors: int) -> None:
    scenario = load_scenario(name)
    places = places_of(PLAN, scenario, counties_of(PLAN, scenario))
    assert set(places.visitor_count) == {visitors}
    own = len(np.unique(places.visitor_first)) == places.villages
    assert own == (visitors == 1)


def test_a_generator_depends_on_seed_and_key_alone() -> None:
    assert generator(PLAN, 1, 2).random() == generator(PLAN, 1, 2).random()
    assert generator(PLAN, 1, 2).random() != generator(PLAN, 2, 1).random()
    assert generator(PLAN, 1).random() != generator(SimulationPlan(seed=3), 1).random()
