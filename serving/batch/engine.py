"""Where the counties of a region are scored: in processes of this machine, or by another engine that does the same."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from features.cli.console import Progress
from features.parallel import map_processes
from models.release.bundle import Bundle
from serving.batch.ranks import listed_twice, region_ranks
from serving.batch.tasks import CountyScored, CountyTask, finish_county, score_county


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of a region: its counties, those with a household that another lists too, and the files' sha256."""

    scored: tuple[CountyScored, ...]
    listed_twice: tuple[str, ...]
    files: Mapping[str, str]


class Engine(Protocol):
    """Scores counties, gives their households the places in the region, and writes a file for each county."""

    def score(self, tasks: Sequence[CountyTask], bundle: Bundle, progress: Progress) -> Placed:
        """Fill the tasks' staging folder; ``bundle`` is what the tasks score with. UserError when one cannot be."""


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of this machine: ``workers`` of them, or one per core."""

    workers: int | None = None

    def score(self, tasks: Sequence[CountyTask], bundle: Bundle, progress: Progress) -> Placed:  # noqa: ARG002 - the tasks hold the loaded model
        """Score county by county, then place the households of all."""
        scored = map_processes(
            score_county, tasks, workers=self.workers, progress=progress, note=lambda task: task.county
        )
        ranks = region_ranks([(county.facts.county, county.task.staged) for county in scored])
        files = [finish_county(county.task, ranks[county.facts.county]) for county in scored]
        return Placed(tuple(scored), listed_twice(ranks), dict(ChainMap(*files)))
