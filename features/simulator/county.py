"""One county from nothing to its tables: those who stay, and those who move to another county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.definition.model import Definition
from features.definition.structure import ASSESSMENTS, ASSIGNMENTS, CHILDREN, FINDINGS, HOUSEHOLD, HOUSEHOLDS, VISITS
from features.simulator.event_tables import (
    assessments_table,
    assignments_table,
    findings_table,
    visit_record_days,
    visits_table,
)
from features.simulator.families import make_people
from features.simulator.ink import Ink, Known
from features.simulator.moves import plan_moves, split
from features.simulator.needs import NeedState
from features.simulator.plan import SimulationPlan
from features.simulator.recording import HOME, Clerk
from features.simulator.regions import County, generator, places_of
from features.simulator.scene import Scene
from features.simulator.settings import Scenario
from features.simulator.state_tables import children_table, households_table
from features.simulator.story import months_of, tell
from features.simulator.truth import TRUTH, truth_table

# Movers' running numbers begin here, so that they stay unique in the county they come to.
FIRST_MOVER = 9_000_000
# Nobody enters the ledger in the last days: the first record may take this long.
ENTRY_MARGIN_DAYS = 45

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Province:
    """A plan with everything needed to simulate any of its counties."""

    plan: SimulationPlan
    scenario: Scenario
    definition: Definition
    counties: tuple[County, ...]


def movers(province: Province, county: County) -> dict[int, Tables]:
    """The tables of those who leave a county, by the number of the county whose ledger holds the rows."""
    if not county.movers:
        return {}
    counties = province.counties
    reach = range(1, min(province.scenario.early.moves.within, len(counties) - 1) + 1)
    near = [county, *(counties[(county.number + step) % len(counties)] for step in reach)]
    ink = _live(province, near, movers=True)
    scene = ink.story.scene
    parts: dict[int, Tables] = {}
    for table, frame in _tables(ink).items():
        for number, rows in split(table, frame, scene.people.households, scene.places).items():
            parts.setdefault(number, {})[table] = rows
    return parts


def whole_county(province: Province, county: County, arrivals: Sequence[Tables]) -> Tables:
    """The tables of a county: its residents and the rows of movers that belong to it, in the order given."""
    stays = [] if county.children == county.movers else [_tables(_live(province, [county], movers=False))]
    sources = [*stays, *arrivals]
    joined = {table: pl.concat([source[table] for source in sources]).drop(HOME) for table in sources[0]}
    sizes = pl.col(HOUSEHOLD).n_unique().over("list_id").cast(pl.Int64)
    joined[ASSIGNMENTS] = joined[ASSIGNMENTS].with_columns(sizes.alias("frame_size"))
    return joined


def _live(province: Province, counties: Sequence[County], *, movers: bool) -> Ink:
    """Simulate the residents or the movers of the first of some counties (movers go to the others)."""
    plan, scenario, home = province.plan, province.scenario, counties[0]
    settings = scenario.early
    rng = generator(plan, home.number, 2 if movers else 1)
    places = places_of(plan, scenario, counties)
    months = months_of(plan)
    first = months[0].first
    last_entry = first if movers else max(first, months[-1].last - ENTRY_MARGIN_DAYS)
    count = home.movers if movers else home.children - home.movers
    people = make_people(rng, settings, places, count, (first, last_entry))
    if movers:
        plan_moves(rng, people.households, places, (months[2].first, months[-1].last))
    scene = Scene(rng, people, places, NeedState.none(count))
    story = tell(scene, scenario, months)
    clerk = Clerk(rng, settings.recording, months[-1].last)
    known = Known.of(story, clerk)
    return Ink(story, settings, province.definition, clerk, known, home.number, FIRST_MOVER if movers else 1)


def _tables(ink: Ink) -> Tables:
    """Write every table of a population; what would be recorded after the last day is not there yet."""
    recorded = visit_record_days(ink)
    made: Mapping[str, pl.DataFrame] = {
        HOUSEHOLDS: households_table(ink),
        CHILDREN: children_table(ink),
        VISITS: visits_table(ink, recorded),
        ASSESSMENTS: assessments_table(ink, recorded),
        FINDINGS: findings_table(ink, recorded),
        ASSIGNMENTS: assignments_table(ink, recorded),
    }
    return {**{table: ink.clerk.in_time(frame) for table, frame in made.items()}, TRUTH: truth_table(ink)}
