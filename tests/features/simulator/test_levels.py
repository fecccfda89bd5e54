"""Official levels: their bounds, what forces them, who is assessed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.simulator.levels import assess, due_for_assessment
from features.simulator.scene import Scene
from features.simulator.shapes import Settings
from features.simulator.words import Guardian, Level
from tests.features.simulator.conftest import FIRST_DAY

DAY = FIRST_DAY + 100


def _assess(scene: Scene, settings: Settings, points: float, **changed: float) -> None:
    rules = replace(settings.levels, noise=0.0, **changed)
    count = len(scene.people.children)
    assess(scene, rules, np.full(count, points), np.full(count, DAY, np.int32))


@pytest.mark.parametrize("level", Level)
def test_levels_by_half_open_ranges(scene: Scene, settings: Settings, level: Level) -> None:
    rules = settings.levels
    scene.people.households.guardian[:] = Guardian.GRANDPARENTS
    at = {Level.RED: rules.red, Level.YELLOW: rules.yellow, Level.BLUE: rules.blue, Level.GREEN: rules.blue - 1e-9}
    _assess(scene, settings, at[level])
    assert (scene.people.children.level == level).all()
    assert (scene.people.children.level_day == DAY).all()
    assert (scene.people.children.touched == DAY).all()


def test_a_small_child_alone_is_red_whatever_the_points(scene: Scene, settings: Settings) -> None:
    scene.people.households.guardian[:] = Guardian.NONE
    scene.people.children.birth[:] = DAY - 365 * 9
    scene.people.children.birth[0] = DAY - 365 * 7
    _assess(scene, settings, 0.0)
    assert scene.people.children.level[0] == Level.RED
    assert (scene.people.children.level[1:] == Level.GREEN).all()


def test_an_open_severe_need_can_force_red_and_adds_points(scene: Scene, settings: Settings) -> None:
    scene.people.households.guardian[:] = Guardian.GRANDPARENTS
    scene.needs.open_grade[0] = 3
    scene.needs.open_grade[1, 2] = 2
    _assess(scene, settings, settings.levels.blue - settings.levels.open_need, severe_forces_red=1.0)
    assert scene.people.children.level[:3].tolist() == [Level.RED, Level.BLUE, Level.GREEN]


def test_who_is_assessed(scene: Scene, settings: Settings) -> None:
    kids, homes = scene.people.children, scene.people.households
    kids.level_day[:] = DAY - 10
    kids.touched[:] = -1
    homes.guardian_changed[:] = 0
    found = np.zeros(len(kids), bool)
    sure = replace(settings.levels, reassess_done=1.0, after_change=1.0, after_finding=1.0)
    assert (due_for_assessment(scene, sure, DAY, found) == -1).all()
    kids.level_day[0] = -1
    kids.level_day[1] = DAY - 400
    found[2] = True
    homes.guardian_changed[kids.household[3]] = DAY + 2
    days = due_for_assessment(scene, sure, DAY, found)
    assert days[0] == kids.entry[0]
    assert (days[1:4] >= DAY).all()
