"""Simulate a whole province: counties in processes of their own, the same bytes whatever their number."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from features.cli.console import Progress, silent
from features.definition.loader import load_definition
from features.parallel import map_processes
from features.simulator.county import Province, Tables, movers, whole_county
from features.simulator.plan import SimulationPlan, SimulationSummary
from features.simulator.regions import County, counties_of
from features.simulator.settings import load_scenario
from features.simulator.truth import TRUTH
from features.simulator.write import prepare, write_county, write_summary


@dataclass(frozen=True, slots=True)
class _Job:
    """One county to simulate and write, with the rows of those who move to it."""

    province: Province
    county: County
    arrivals: tuple[Tables, ...]
    out: Path


def simulate(
    plan: SimulationPlan,
    out: Path,
    progress: Progress = silent,
    *,
    workers: int | None = 1,
    overwrite: bool = False,
) -> SimulationSummary:
    """Simulate a province into ``out``: a folder of tables per county, ``truth/``, and ``simulation.json``.

    ``workers`` processes share the counties (None: one per core); their number changes no byte. Memory is that of
    ``workers`` counties and of everybody who moves.

    Raises:
        UserError: the plan names no scenario, or ``out`` may not be written to.
    """
    scenario = load_scenario(plan.scenario)
    prepare(out, overwrite=overwrite)
    definition = load_definition()
    province = Province(plan, scenario, definition, counties_of(plan, scenario))
    arrivals = _arrivals(province, workers, _half(progress, second=False))
    jobs = [_Job(province, county, tuple(arrivals[county.number]), out) for county in province.counties]
    written = map_processes(_write, jobs, workers=workers, progress=_half(progress, second=True), note=_code)
    rows: Counter[str] = Counter()
    for counts in written:
        rows.update(counts)
    needs = rows.pop(TRUTH)
    codes = tuple(county.code for county in province.counties)
    summary = SimulationSummary(
        plan, codes, dict(rows), needs, version("mopai"), f"{definition.name} {definition.version}"
    )
    write_summary(out, summary)
    return summary


def _arrivals(province: Province, workers: int | None, progress: Progress) -> defaultdict[int, list[Tables]]:
    """The rows of movers for each county that holds some, in the order of the counties they left."""
    leaving = [_Job(province, county, (), Path()) for county in province.counties]
    arrivals: defaultdict[int, list[Tables]] = defaultdict(list)
    for parts in map_processes(_movers, leaving, workers=workers, progress=progress, note=_code):
        for number, tables in parts.items():
            arrivals[number].append(tables)
    return arrivals


def _movers(job: _Job) -> dict[int, Tables]:
    return movers(job.province, job.county)


def _write(job: _Job) -> dict[str, int]:
    return write_county(job.out, job.county.code, whole_county(job.province, job.county, job.arrivals))


def _code(job: _Job) -> str:
    return job.county.code


def _half(progress: Progress, *, second: bool) -> Progress:
    """Progress over one of the two rounds through the counties: those who move, then those who stay."""

    def listen(done: int, total: int, note: str = "") -> None:
        progress(done + total * second, 2 * total, note)

    return listen
