"""The official level: what an assessor makes of a child's state. Assessed by people, noisy, sometimes out of date."""

from __future__ import annotations

import numpy as np

from features.simulator.changes import touch_children
from features.simulator.population import Bits, Floats, Ints
from features.simulator.scene import Scene
from features.simulator.shapes import Levels
from features.simulator.words import Guardian, Level


def due_for_assessment(scene: Scene, rules: Levels, first: int, found: Bits) -> Ints:
    """Days on which children get a new level this month; -1 for those who get none.

    ``first`` is the first day of the month; ``found`` marks children with a new finding.
    """
    rng, people = scene.rng, scene.people
    kids, homes = people.children, people.households
    fresh = kids.level_day < 0
    luck = rng.random(len(kids), np.float32)
    stale = (kids.touched >= first) | (luck < rules.reassess_done)
    old = (first - kids.level_day > rules.reassess_days) & stale
    changed = (people.of_household(homes.guardian_changed) >= first) & (luck < rules.after_change)
    after_finding = found & (luck < rules.after_finding)
    due = people.in_ledger() & (fresh | old | changed | after_finding)
    day = first + rng.integers(0, 28, len(kids))
    day = np.where(fresh, kids.entry, np.maximum(day, kids.touched))
    return np.where(due, day, -1).astype(np.int32)


def assess(scene: Scene, rules: Levels, seen: Floats, day: Ints) -> None:
    """Give the children with ``day`` >= 0 a level on that day, by a person of their village, from points ``seen``."""
    rng, people, places = scene.rng, scene.people, scene.places
    who = np.flatnonzero(day >= 0)
    kids, homes = people.children, people.households
    worst = scene.needs.open_grade[who].max(axis=1)
    points = seen[who] + rng.normal(0.0, rules.noise, len(who)) + rules.open_need * (worst >= 2)
    bounds = np.array([rules.blue, rules.yellow, rules.red])
    level = Level.GREEN - np.searchsorted(bounds, points, side="right")
    alone = (homes.guardian[kids.household[who]] == Guardian.NONE) & (
        people.age_of(who, day[who]) < rules.alone_below_years
    )
    severe = (worst >= 3) & (rng.random(len(who)) < rules.severe_forces_red)
    village = homes.village[kids.household[who]]
    kids.level[who] = np.where(alone | severe, Level.RED, level)
    kids.level_day[who] = day[who]
    kids.level_by[who] = places.visitor_first[village] + rng.integers(0, places.visitor_count[village])
    touch_children(people, who, day[who])
