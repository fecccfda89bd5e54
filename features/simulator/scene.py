"""What every step of a month works on: the people of a county, their places, their true needs, and chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.simulator.needs import NeedState
from features.simulator.population import People
from features.simulator.regions import Places


@dataclass(frozen=True, slots=True)
class Scene:
    """One population as it stands. The arrays within are changed in place, month by month."""

    rng: np.random.Generator
    people: People
    places: Places
    needs: NeedState
