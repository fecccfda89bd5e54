"""The story of one population: month after month, everything that happens and everything that is written down."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.simulator import findings as found
from features.simulator import needs as need
from features.simulator.changes import Happening, Month, live
from features.simulator.levels import assess, due_for_assessment
from features.simulator.lists import Book, Frame, removal_reasons
from features.simulator.log import RowLog
from features.simulator.plan import SimulationPlan, days
from features.simulator.scene import Scene
from features.simulator.settings import Scenario
from features.simulator.shapes import Levels, Settings
from features.simulator.snapshots import StateLogs, picture
from features.simulator.visits import Standing, Visits, plan_visits, prior_score


@dataclass(frozen=True, slots=True)
class Story:
    """What is kept of a population's story; ``list_days`` holds the as-of day of each list by its number."""

    scene: Scene
    states: StateLogs
    visits: RowLog
    findings: found.Findings
    book: Book
    household_needs: found.HouseholdNeeds
    list_days: list[int]


def months_of(plan: SimulationPlan) -> tuple[Month, ...]:
    """The months of a plan as days."""
    starts = plan.month_starts()
    return tuple(Month(day.month, days(day), days(after)) for day, after in pairwise(starts))


def tell(scene: Scene, scenario: Scenario, months: tuple[Month, ...]) -> Story:
    """Live through all months; returns what was recorded and, in the scene, what is true at the end."""
    story = Story(
        scene=scene,
        states=StateLogs.empty(),
        visits=RowLog(),
        findings=found.Findings.none(),
        book=Book.empty(len(scene.people.households)),
        household_needs=found.HouseholdNeeds.none(len(scene.people.households)),
        list_days=[],
    )
    effects = need.Effects.of(scenario.early.needs)
    for number, month in enumerate(months):
        settings = scenario.later if 2 * number >= len(months) else scenario.early
        _month(story, settings, effects, month, number)
    child, domain = np.nonzero(scene.needs.grade)
    scene.needs.keep(child, domain, np.zeros(len(child), np.int32), ongoing=True)
    return story


def _month(story: Story, settings: Settings, effects: need.Effects, month: Month, number: int) -> None:
    scene = story.scene
    live(scene.people, settings, Happening(scene.rng, month))
    marks = need.drivers(scene.people, settings.drivers, month.first)
    chance = need.onset_chance(settings.needs, effects, scene.people, scene.places, marks)
    if number == 0:
        need.start(scene.rng, scene.needs, chance, settings.needs, scene.people, month.first)
    need.begin(scene.rng, scene.needs, chance, settings.needs, scene.people, (month.first, month.until))
    standing = Standing.of(scene, settings.visiting, month.first)
    points = level_points(settings.levels, marks)
    since_list = number % settings.lists.every_months
    if since_list == 0 and number > 0:
        _draw_list(story, settings, standing, points, month)
    visits = plan_visits(
        scene,
        standing,
        story.book,
        settings.visiting,
        listed_chance=settings.lists.done_by_month[since_list],
        month=month,
        first=len(story.visits),
    )
    _write_visits(story, visits)
    new = _look(story, settings, visits, month)
    assess(scene, settings.levels, points, due_for_assessment(scene, settings.levels, month.first, new))
    need.recover(scene.rng, scene.needs, settings.needs, scene.people, month.last)
    picture(scene.people, story.states, 1970 + month.first // 365, settings.population)


def level_points(rules: Levels, marks: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Points an assessor gives each child for the facts of the month, before looking closer."""
    return np.asarray(np.sum([weight * marks[name] for name, weight in rules.points.items()], axis=0))


def _draw_list(
    story: Story, settings: Settings, standing: Standing, points: npt.NDArray[np.float64], month: Month
) -> None:
    scene, book = story.scene, story.book
    households = len(scene.people.households)
    if story.list_days:
        reasons = removal_reasons(scene.rng, settings.lists, households)
        book.settle(month.first, len(story.list_days) - 1, reasons)
    noise = scene.rng.normal(0.0, settings.lists.prior_noise, households)
    past = np.minimum(scene.people.children.recent_findings, settings.needs.memory_at_most)
    prior = prior_score(scene.people, points + past, noise)
    entered = scene.people.households.entry < month.first
    on_list = np.flatnonzero(standing.on_file & (entered | (not story.list_days)))
    interval = settings.visiting.interval_days
    soon = month.first + 30 * settings.lists.every_months
    urgent = np.array([days_ <= 30 * settings.lists.every_months for days_ in interval.values()])[standing.level]
    duty = urgent | (standing.due < soon)
    frame = Frame(on_list, duty[on_list], prior[on_list])
    book.draw(scene.rng, settings.lists, frame, len(story.list_days), month.first)
    story.list_days.append(month.first)


def _write_visits(story: Story, visits: Visits) -> None:
    story.book.visited(visits.household, len(story.list_days) - 1, visits.day, visits.number)
    met = visits.met
    story.scene.people.households.last_visit[visits.household[met]] = visits.day[met]
    story.visits.add(
        household=visits.household.astype(np.int32),
        day=visits.day,
        visitor=visits.visitor,
        purpose=visits.purpose,
        met=visits.met,
    )


def _look(story: Story, settings: Settings, visits: Visits, month: Month) -> npt.NDArray[np.bool_]:
    scene, rules = story.scene, settings.finding
    looked = found.look(scene, visits, settings.visiting)
    found.look_again(scene, visits, looked, rules, story.findings)
    new = found.record(scene, visits, looked, rules, story.findings)
    recent = scene.people.children.recent_findings
    recent[:] = recent * 0.5 ** (1.0 / settings.needs.memory_half_life) + new
    found.households(scene, visits, story.household_needs, rules, story.findings, month.last)
    found.close_on_paper(scene, rules, story.findings, month.last)
    return new
