"""Check whether the release in use is fit for the counties of a region, before anybody is listed there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from features.cli.console import Progress, UserError, silent
from features.definition import Definition, Label
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.parallel import map_processes
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from models.release.regions import RegionVerdict, county_sha256, read_verdict, write_verdict
from training.evidence import read_evidence
from training.monitor.limits import LIMITS, load_limits
from training.region.criteria import CRITERIA, criteria_sha256, load_criteria
from training.region.expected import expected_elsewhere
from training.region.log import log_line, regions_locked
from training.region.look import LookJob, Release, groups_of, look_at
from training.region.page import Report, write_report
from training.region.sections import sections
from training.region.unvisited import cold_start_of
from training.region.verdict import FIT_WORDS, Expected, Judged, judge


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check: the counties of a region of a ledger on a day. ``out``: where reports go; None writes none."""

    ledger: Path
    home: Path
    region: str
    as_of: date
    definition: Definition
    out: Path | None = None
    criteria: Path = CRITERIA
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked county: its verdict as kept, what it stands on, and the report's page (None: none was asked for)."""

    verdict: RegionVerdict
    judged: Judged
    page: Path | None


def check_region(request: CheckRequest, progress: Progress = silent) -> tuple[Checked, ...]:
    """Check every county of a region, keep the verdicts in the home and write the reports.

    Raises:
        UserError: there is no ledger, release or county of the region, or nothing was recorded there by that day.
    """
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    counties = store.counties(request.region)
    if not counties:
        held = ", ".join(store.counties()) or "no county yet"
        raise UserError(f"{store.folder}: no county of region '{request.region}'", f"the ledger holds: {held}")
    release, limits = release_of(request.home, request.definition), load_limits(LIMITS)
    jobs = [LookJob(store, county, request.as_of, request.definition, release, limits) for county in counties]
    looks = map_processes(look_at, jobs, workers=request.workers, progress=progress, note=lambda job: job.county)
    if all(look.newest is None for look in looks):
        raise UserError(f"nothing was recorded in region '{request.region}' by {request.as_of}", "give a later --as-of")
    criteria, home, model_id = load_criteria(request.criteria), request.home, release.model_id
    expected = Expected(expected_elsewhere(home, model_id), cold_start_of(home, model_id))
    done = []
    for look in looks:
        judged = judge(look, release, expected, criteria, limits, request.definition)
        parts = sections(judged, criteria, request.definition, limits.drift.feature_effect)
        verdict = _kept(judged, release, store, request)
        report = Report(
            name=f"region-{look.county}",
            title=Label(f"模型是否适合 {look.county}", f"Is the model fit for {look.county}?"),
            simulated=look.simulated,
            facts=_facts(judged, release),
            sections=parts,
            content={"verdict": verdict.to_json()},
        )
        page = None if request.out is None else write_report(request.out, report)[0]
        done.append(Checked(verdict, judged, page))
    return tuple(done)


def release_of(home: Path, definition: Definition) -> Release:
    """The release in use as counties are held against it; without evidence some of it is not known."""
    bundle = load_bundle(ReleaseStore(home).current(), definition)
    try:
        rows = read_evidence(home, bundle.model_id, definition).rows["calibrate"]
        groups, size = groups_of(rows, definition), rows[s.CHILD].n_unique()
    except UserError:
        groups, size = None, max((part.total for part in bundle.reference.features), default=0)
    without = tuple(one.domain for one in bundle.domains.not_fitted)
    return Release(bundle.model_id, bundle.model, bundle.reference, max(1, size), groups, without)


def _kept(judged: Judged, release: Release, store: LedgerStore, request: CheckRequest) -> RegionVerdict:
    look = judged.look
    fresh = RegionVerdict(
        county=look.county,
        fit=judged.fit,
        as_of=request.as_of.isoformat(),
        model_id=release.model_id,
        ledger_sha256=county_sha256(store, look.county),
        criteria_sha256=criteria_sha256(request.criteria),
        reasons=judged.reasons,
        children=look.children,
        checked_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with regions_locked(request.home):
        verdict = fresh.keeping(read_verdict(request.home, look.county))
        log_line(request.home, {"action": "check", **replace(verdict, accepted=None).to_json()})
        write_verdict(request.home, verdict)
    return verdict


def _facts(judged: Judged, release: Release) -> tuple[tuple[Label, Label | str], ...]:
    look = judged.look
    return (
        (Label("县", "county"), look.county),
        (Label("结论", "verdict"), FIT_WORDS[judged.fit]),
        (Label("截止日期", "as of"), str(look.as_of)),
        (Label("儿童 / 家庭", "children / households"), f"{look.children:,} / {look.households:,}"),
        (Label("最近登记", "newest record"), str(look.newest or "–")),
        (Label("模型", "release"), release.model_id),
    )
