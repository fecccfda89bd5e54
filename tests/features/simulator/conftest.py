"""One small population with its story, shared by the tests of the simulator. Read only."""

from __future__ import annotations

import numpy as np
import pytest

from features.definition import load_definition
from features.simulator.county import Province
from features.simulator.families import make_people
from features.simulator.ink import Ink, Known
from features.simulator.needs import NeedState
from features.simulator.plan import SimulationPlan
from features.simulator.population import People
from features.simulator.recording import Clerk
from features.simulator.regions import Places, counties_of, places_of
from features.simulator.scene import Scene
from features.simulator.settings import Scenario, load_scenario
from features.simulator.shapes import Settings
from features.simulator.story import Story, months_of, tell

PLAN = SimulationPlan(children=900, counties=3, seed=7, months=12)
FIRST_DAY = months_of(PLAN)[0].first


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario("default")


@pytest.fixture(scope="session")
def settings(scenario: Scenario) -> Settings:
    return scenario.early


@pytest.fixture(scope="session")
def province_of_three(scenario: Scenario) -> Province:
    return Province(PLAN, scenario, load_definition(), counties_of(PLAN, scenario))


@pytest.fixture(scope="session")
def places(province_of_three: Province) -> Places:
    return places_of(PLAN, province_of_three.scenario, province_of_three.counties)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture
def people(rng: np.random.Generator, settings: Settings, places: Places) -> People:
    """300 children of the first county, all of them on file and none about to turn 16; a test may change them."""
    first = months_of(PLAN)[0].first
    made = make_people(rng, settings, places, 300, (first, first))
    made.children.entered[:] = True
    made.children.birth[:] = np.maximum(made.children.birth, first - 15 * 365)
    return made


@pytest.fixture
def scene(rng: np.random.Generator, people: People, places: Places) -> Scene:
    return Scene(rng, people, places, NeedState.none(len(people.children)))


def tell_story(scenario: Scenario, places: Places, children: int = 800) -> Story:
    """The story of a population of its own."""
    rng = np.random.default_rng(11)
    months = months_of(PLAN)
    made = make_people(rng, scenario.early, places, children, (months[0].first, months[-1].last - 45))
    return tell(Scene(rng, made, places, NeedState.none(children)), scenario, months)


@pytest.fixture(scope="session")
def story(scenario: Scenario, places: Places) -> Story:
    return tell_story(scenario, places)


@pytest.fixture(scope="session")
def ink(story: Story, settings: Settings, province_of_three: Province) -> Ink:
    clerk = Clerk(np.random.default_rng(5), settings.recording, months_of(PLAN)[-1].last)
    return Ink(story, settings, province_of_three.definition, clerk, Known.of(story, clerk), 0, 1)
