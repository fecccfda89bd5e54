"""An alarm as data: what was seen, at which limit, how grave, and where. A hard one suspends the scores of a county."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from features.definition import Label

Level = Literal["info", "warn", "hard"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person should know. ``county`` is empty where it speaks of the whole region.

    ``value`` is what was seen and ``limit`` where the alarm begins; ``about``: the feature, stratum or group.
    """

    level: Level
    kind: str
    county: str
    words: Label
    value: float
    limit: float
    about: str = ""


def hard_counties(alarms: Sequence[Alarm]) -> dict[str, tuple[Alarm, ...]]:
    """The hard alarms of each county that has one."""
    found: dict[str, tuple[Alarm, ...]] = {}
    for alarm in alarms:
        if alarm.level == "hard" and alarm.county:
            found[alarm.county] = (*found.get(alarm.county, ()), alarm)
    return found


def level_of(value: float, warn: float, hard: float) -> Level | None:
    """The level of a value above one limit, or above the harder one; None where it is above neither."""
    if value > hard:
        return "hard"
    return "warn" if value > warn else None
