"""The scene of a month."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from features.simulator.needs import NeedState
from features.simulator.scene import Scene


def test_a_scene_keeps_its_parts_while_their_arrays_change(scene: Scene) -> None:
    scene.people.children.touched[0] = 5
    assert scene.people.children.touched[0] == 5
    with pytest.raises(FrozenInstanceError):
        scene.needs = NeedState.none(1)
