"""Where the counties of a region are scored: in processes of this machine, or by another engine that does the same."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from features.cli.console import Progress, UserError
from features.parallel import Workers, cores, processes
from models.release.bundle import Bundle
from serving.batch.groups import groups_of
from serving.batch.journal import Journal
from serving.batch.pace import Pace
from serving.batch.ranks import listed_twice, region_ranks
from serving.batch.tasks import CountyScored, CountyTask, finish_county, score_counties

Tasks = Mapping[str, CountyTask]


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of a region: its counties, those with a household that another lists too, and the files' sha256.

    ``missing``: the counties that could not be scored, and why; no place counts them.
    """

    scored: tuple[CountyScored, ...]
    listed_twice: tuple[str, ...]
    files: Mapping[str, str]
    missing: Mapping[str, UserError] = field(default_factory=dict)


class Engine(Protocol):
    """Scores counties, gives their households the places in the region, and writes a file for each county."""

    def score(self, tasks: Sequence[CountyTask], bundle: Bundle, progress: Progress) -> Placed:
        """Fill the tasks' staging folder; ``bundle`` is what the tasks score with. UserError when nothing can be."""


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of this machine: ``workers`` of them, or one per core.

    ``journal`` keeps what they have done, so that a killed run goes on; without it every county is scored.
    """

    journal: Journal | None = None
    workers: int | None = None

    def score(self, tasks: Sequence[CountyTask], bundle: Bundle, progress: Progress) -> Placed:  # noqa: ARG002 - the tasks hold the loaded model
        """Score county by county, then place the households of all."""
        by_county = {task.county: task for task in tasks}
        with processes(by_county, min(self.workers or cores(), len(tasks))) as workers:
            scored, missing = self._scored(by_county, workers, progress)
            if not scored:
                raise next(iter(missing.values()))
            ranks = region_ranks([(county.facts.county, county.task.staged) for county in scored])
            files = workers.map(_finish, list(ranks.items()))
        return Placed(tuple(scored), listed_twice(ranks), dict(ChainMap(*files)), missing)

    def _scored(
        self, tasks: Tasks, workers: Workers, progress: Progress
    ) -> tuple[list[CountyScored], dict[str, UserError]]:
        """The counties as scored, those noted before and the others, in order; and those that could not be."""
        ready = self.journal.finished(list(tasks.values())) if self.journal is not None else {}
        missing: dict[str, UserError] = {}
        pace = Pace()

        def hear(county: str, result: CountyScored | UserError) -> None:
            if isinstance(result, UserError):
                missing[county] = result
                return
            ready[county] = result
            if self.journal is not None:
                self.journal.note(result)
            pace.add(result.facts.children)

        def hear_all(_group: Sequence[str], results: Sequence[tuple[str, CountyScored | UserError]]) -> None:
            for county, result in results:
                hear(county, result)
                progress(len(ready) + len(missing), len(tasks), pace.words())

        progress(len(ready), len(tasks))
        left = {county: task for county, task in tasks.items() if county not in ready}
        workers.map(attempt_group, groups_of(left, self.workers or cores()), finished=hear_all)
        return [ready[county] for county in tasks if county in ready], dict(sorted(missing.items()))


def attempt_county(tasks: Tasks, county: str) -> CountyScored | UserError:
    """Score a county; what is wrong with its ledger must not stop the others. A full disk stops them all."""
    return attempt_group(tasks, (county,))[0][1]


def attempt_group(tasks: Tasks, counties: Sequence[str]) -> list[tuple[str, CountyScored | UserError]]:
    """Score counties together; where that fails, one by one, so that what is wrong with one stops no other."""
    try:
        return list(zip(counties, score_counties([tasks[county] for county in counties]), strict=True))
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - what a library says may hold values of a ledger
        if len(counties) == 1:
            return [(counties[0], _fault(counties[0], error))]
    return [(county, attempt_county(tasks, county)) for county in counties]


def _fault(county: str, error: Exception) -> UserError:
    if isinstance(error, UserError):
        return error
    return UserError(
        f"county {county}: cannot be scored ({type(error).__name__})",
        "look for damage with: mopai ledger show --verify; then import the county again",
    )


def _finish(tasks: Tasks, county: tuple[str, pl.DataFrame]) -> dict[str, str]:
    name, ranks = county
    return finish_county(tasks[name], ranks)
