"""Which counties are scored in one go: small ones together, since much of the work is the same for one as for many."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

from serving.batch.tasks import CountyTask


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """The most counties and ledger rows of one group, and the fewest groups that each worker is left with."""

    counties: int
    rows: int
    groups_per_worker: int


@lru_cache(maxsize=1)
def group_limits() -> GroupLimits:
    """The limits in force, from ``groups.toml``."""
    raw = tomllib.loads(Path(__file__).with_name("groups.toml").read_text(encoding="utf-8"))
    return GroupLimits(int(raw["counties"]), int(raw["rows"]), int(raw["groups_per_worker"]))


def groups_of(tasks: Mapping[str, CountyTask], workers: int) -> list[tuple[str, ...]]:
    """Groups of counties that are scored alike, the largest first, so that none of them is alone at the end.

    Neighbours come into different groups: most moves are between neighbours, and counties that share a household
    cannot be read as one.

    Args:
        tasks: the counties that are left to score.
        workers: how many processes share them; a small region is not parted so coarsely that one of them waits.
    """
    alike: dict[tuple[str, bool, str], list[str]] = {}
    for county, task in tasks.items():
        scoring = task.scoring
        alike.setdefault((scoring.policy.id, scoring.suspended, repr(scoring.region)), []).append(county)
    rows = {county: sum(task.store.rows(county).values()) for county, task in tasks.items()}
    limits = group_limits()
    most = max(1, min(limits.counties, len(tasks) // (workers * limits.groups_per_worker)))
    found = []
    for counties in alike.values():
        count = ceil(len(counties) / most)
        for start in range(count):
            found += _within(counties[start::count], rows, limits.rows)
    return sorted(found, key=lambda group: -sum(rows[county] for county in group))


def _within(counties: list[str], rows: Mapping[str, int], most: int) -> list[tuple[str, ...]]:
    """Counties in order, parted anew wherever the rows of a group would be more than the most."""
    parts: list[list[str]] = []
    held = 0
    for county in counties:
        if not parts or held + rows[county] > most:
            parts.append([])
            held = 0
        parts[-1].append(county)
        held += rows[county]
    return [tuple(part) for part in parts]
