"""Simulate a whole province: counties in processes of their own, the same bytes whatever their number."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from features.cli.console import Progress, silent
from features.definition.loader import load_definition
from features.simulator.county import Province, Tables, movers, whole_county
from features.simulator.plan import SimulationPlan, SimulationSummary
from features.simulator.regions import County, counties_of
from features.simulator.settings import load_scenario
from features.simulator.truth import TRUTH
from features.simulator.write import prepare, write_county, write_summary

Result = TypeVar("Result")
# One Polars thread in each process: the counties already share the cores.
_THREADS = "POLARS_MAX_THREADS"


def simulate(
    plan: SimulationPlan, out: Path, progress: Progress = silent, *, workers: int = 1, overwrite: bool = False
) -> SimulationSummary:
    """Simulate a province into ``out``: a folder of tables per county, ``truth/``, and ``simulation.json``.

    ``workers`` processes share the counties; their number changes no byte. Memory is that of ``workers`` counties and
    of everybody who moves.

    Raises:
        UserError: the plan names no scenario, or ``out`` may not be written to.
    """
    scenario = load_scenario(plan.scenario)
    prepare(out, overwrite=overwrite)
    definition = load_definition()
    counties = counties_of(plan, scenario)
    province = Province(plan, scenario, definition, counties)
    rows: Counter[str] = Counter()
    with _crew(workers) as crew:
        listener = _Steps(progress, 2 * len(counties))
        moved = _all(crew, movers, [(province, county) for county in counties], listener)
        arrivals = _by_county(moved)
        jobs = [(province, county, arrivals[county.number], out) for county in counties]
        for written in _all(crew, _county, jobs, listener):
            rows.update(written)
    needs = rows.pop(TRUTH)
    summary = SimulationSummary(
        plan=plan,
        counties=tuple(county.code for county in counties),
        rows=dict(rows),
        true_needs=needs,
        product_version=version("mopai"),
        definition=f"{definition.name} {definition.version}",
    )
    write_summary(out, summary)
    return summary


class _Steps:
    """Counts finished steps for a progress listener."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        progress(0, total)

    def step(self) -> None:
        """One more step is finished."""
        self._done += 1
        self._progress(self._done, self._total)


def _county(province: Province, county: County, arrivals: Sequence[Tables], out: Path) -> dict[str, int]:
    return write_county(out, county.code, whole_county(province, county, arrivals))


def _by_county(moved: Sequence[dict[int, Tables]]) -> defaultdict[int, list[Tables]]:
    """The rows of movers for each county, in the order of the counties they left."""
    arrivals: defaultdict[int, list[Tables]] = defaultdict(list)
    for parts in moved:
        for number, tables in parts.items():
            arrivals[number].append(tables)
    return arrivals


@contextmanager
def _crew(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Spawned processes to share the work, or nobody when one worker is enough."""
    if workers <= 1:
        yield None
        return
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    finally:
        if before is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = before


def _all(
    crew: ProcessPoolExecutor | None, task: Callable[..., Result], jobs: Sequence[tuple[Any, ...]], steps: _Steps
) -> list[Result]:
    """Do every job; results stand in the order of the jobs. The first failure ends the work and is raised."""
    if crew is None:
        return [_counted(task, job, steps) for job in jobs]
    futures: list[Future[Result]] = [crew.submit(task, *job) for job in jobs]
    try:
        for future in as_completed(futures):
            future.result()
            steps.step()
    except BaseException:
        crew.shutdown(wait=False, cancel_futures=True)
        raise
    return [future.result() for future in futures]


def _counted(task: Callable[..., Result], job: tuple[Any, ...], steps: _Steps) -> Result:
    result = task(*job)
    steps.step()
    return result
