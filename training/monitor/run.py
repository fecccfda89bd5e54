"""Look at a region on a day: every county beside the release in use, the alarms, and what they suspend."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.parallel import map_processes
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from models.release.files import write_file
from models.release.reference import reference_distribution
from models.release.suspensions import read_suspensions, suspensions_file
from training.evaluation import MODEL
from training.evidence import read_evidence
from training.monitor.alarm import hard_counties
from training.monitor.alarms import RegionWatch, county_alarms, region_alarms
from training.monitor.county import CountyJob, CountyWatch, Watched, labels_known_for, watch_county
from training.monitor.expected import Expectation
from training.monitor.limits import MonitorLimits
from training.monitor.lists import Coverage, added, selection
from training.monitor.names import Words
from training.monitor.report import MonitorReport
from training.monitor.scored import ScoreRun
from training.monitor.suspend import suspend
from training.plan import ScreeningPlan

REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class MonitorRequest:
    """What to look at: a region of a ledger on a day, with the release in use.

    ``scores``: folders of scores as they were used; what they have not is scored here. ``suspending``: whether a hard
    alarm suspends, or is only reported.
    """

    ledger: Path
    home: Path
    as_of: date
    definition: Definition
    limits: MonitorLimits
    region: str = ""
    scores: tuple[Path, ...] = ()
    suspending: bool = True
    workers: int | None = None


def monitor(request: MonitorRequest, progress: Progress = silent) -> MonitorReport:
    """Look at the counties of a region, suspend those with a hard alarm, and keep the report in the home.

    Raises:
        UserError: there is no ledger, release or evidence of it, no county of the region, or nothing was recorded by
            that day.
    """
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    counties = store.counties(request.region)
    if not counties:
        held = ", ".join(store.counties()) or "no county yet"
        raise UserError(f"{store.folder}: no county of region '{request.region}'", f"the ledger holds: {held}")
    model_id, watched = watched_release(request)
    jobs = _jobs(store, counties, watched, request, model_id)
    seen = map_processes(watch_county, jobs, workers=request.workers, progress=progress, note=lambda job: job.county)
    if all(one.newest_recorded_on is None for one in seen):
        raise UserError(f"nothing was recorded by {request.as_of}", "give a later --as-of")
    report = _report(store, model_id, watched.plan, tuple(seen), request)
    path = suspensions_file(request.home).parent / REPORTS / f"{request.as_of}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(report.content(), ensure_ascii=False, indent=1, allow_nan=False).encode())
    return report


def watched_release(request: MonitorRequest) -> tuple[str, Watched]:
    """The release in use with its references: inputs from the bundle, scores from the cohort it was calibrated on.

    Raises:
        UserError: there is no release, it is not sound, or its evidence is not in this home.
    """
    bundle = load_bundle(ReleaseStore(request.home).current(), request.definition)
    evidence = read_evidence(request.home, bundle.model_id, request.definition)
    rows = evidence.rows["calibrate"]
    scores = np.asarray(rows[MODEL].to_numpy(), dtype=np.float64).reshape(-1, 1)
    watched = Watched(
        model=bundle.model,
        definition=request.definition,
        plan=evidence.plan,
        features=bundle.reference,
        score=reference_distribution(scores, [MODEL]).features[0],
        size=rows[s.CHILD].n_unique(),
        limits=request.limits.drift,
    )
    return bundle.model_id, watched


def _jobs(
    store: LedgerStore, counties: Sequence[str], watched: Watched, request: MonitorRequest, model_id: str
) -> list[CountyJob]:
    """The counties with the scores that were used: those of the day, and the last of a day whose labels are in.

    Scores of another release are none of the one in use and are refused.
    """
    runs = sorted((ScoreRun.open(folder) for folder in request.scores), key=lambda run: run.as_of)
    for run in runs:
        if run.model_id != model_id:
            raise UserError(
                f"{run.folder}: scored with {run.model_id}, the release in use is {model_id}",
                "give --scores of the release in use, or leave them out",
            )
    known_for = labels_known_for(watched.plan, request.as_of)
    today = [run for run in runs if run.as_of == request.as_of]
    before = [run for run in runs if run.as_of <= known_for]
    return [
        CountyJob(
            store,
            county,
            watched,
            request.as_of,
            listed=today[-1].county(county) if today else None,
            earlier=before[-1].county(county) if before else None,
        )
        for county in counties
    ]


def _report(
    store: LedgerStore, model_id: str, plan: ScreeningPlan, seen: tuple[CountyWatch, ...], request: MonitorRequest
) -> MonitorReport:
    limits = request.limits
    region = _region(seen, limits)
    words = Words.of(request.definition)
    alarms = county_alarms(seen, request.as_of, limits, words) + region_alarms(region, limits, words)
    hard = hard_counties(alarms) if request.suspending else {}
    fresh = suspend(request.home, hard, request.as_of, model_id)
    counted = [one.overridden for one in seen if one.overridden is not None]
    return MonitorReport(
        as_of=request.as_of,
        model_id=model_id,
        simulated=store.simulated,
        plan=plan,
        data_hash=store.content_hash(),
        limits=limits,
        counties=seen,
        region=region,
        expected=reduce(add, [one.expected for one in seen], Expectation(0, 0.0, 0.0)),
        overridden=(sum(count for count, _ in counted), sum(drawn for _, drawn in counted)) if counted else None,
        alarms=alarms,
        suspended=read_suspensions(request.home),
        fresh=tuple(one.county for one in fresh),
    )


def _region(seen: Sequence[CountyWatch], limits: MonitorLimits) -> RegionWatch:
    strata: dict[str, Coverage] = {}
    for one in seen:
        for name, covered in one.strata.items():
            strata[name] = strata.get(name, Coverage(0, 0, 0)) + covered
    total = reduce(add, [one.realised for one in seen])
    confidence = limits.performance.confidence
    return RegionWatch(
        realised=total if total.at_k.assessed else None,
        strata=strata,
        groups={key: selection(one, confidence) for key, one in added(one.groups for one in seen).items()},
    )
