"""A county that is well, to be changed by a test."""

from __future__ import annotations

from datetime import date

import numpy as np

from features.definition import Label
from training.metrics import AtK
from training.monitor.county import CountyWatch, FeatureWatch, ScoreWatch
from training.monitor.drift import Divergence, UnknownShare
from training.monitor.expected import Expectation, Realised
from training.monitor.lists import GroupSums
from training.monitor.names import Words

AS_OF = date(2026, 6, 30)
FEATURES = tuple(f"f{number}" for number in range(8))
WORDS = Words(
    features={name: Label(f"输入{name}", f"input {name}") for name in FEATURES},
    groups={"group_sex": Label("性别", "sex")},
    values={("group_sex", "girl"): Label("女", "girl")},
    strata={"random": Label("抽签", "random")},
)


def drift(effect: float, children: int = 1_000) -> Divergence:
    """A distance of a two-bin feature that is ``effect`` once chance is taken off."""
    scale = 1.5 / children
    return Divergence(effect**2 + scale, scale, 1.0, 2, children, 1.5)


def unknown(share: float, before: float = 0.05) -> UnknownShare:
    return UnknownShare(share, before, 0.02, 600)


def feature(name: str, effect: float = 0.0, share: float = 0.05) -> FeatureWatch:
    return FeatureWatch(name, drift(effect), unknown(share))


def realised(assessed: int = 100, found: int = 30, expected: float = 0.3) -> Realised:
    variance = assessed * expected * (1 - expected)
    counts = AtK(200, assessed, found, 2 * found, assessed * 0.1)
    return Realised(date(2026, 3, 1), counts, Expectation(assessed, assessed * expected, variance))


def watch(county: str = "520001", **changes: object) -> CountyWatch:
    made: dict[str, object] = {
        "county": county,
        "children": 1_000,
        "households": 700,
        "children_before": 1_010,
        "newest_recorded_on": AS_OF,
        "features": tuple(feature(name) for name in FEATURES),
        "score": ScoreWatch(1_000, -3.0, 1.0, drift(0.0)),
        "expected": Expectation(100, 30.0, 21.0),
        "realised": realised(),
        "groups": {("group_sex", "girl"): GroupSums(np.array([30.0, 500.0, 70.0, 500.0]), np.eye(4))},
        "strata": {},
        "overridden": None,
    }
    return CountyWatch(**(made | changes))  # type: ignore[arg-type]  # fields by name
