"""Score a region: county by county over the cores, then the places in the region, then one folder in place."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition, load_definition
from features.definition.structure import CHILDREN, RECORDED_ON, VILLAGE_DIGITS
from features.ledger.store import LedgerStore
from models.policy.policy import Policy, load_policies, load_policy, policy_for
from models.release.bundle import Bundle, load_bundle
from models.release.current import ReleaseStore
from models.release.regions import RegionState, county_sha256, region_state
from models.release.suspensions import Suspension, read_suspensions
from serving.batch.alarms import alarm_limits, alarms, missing_alarms, region_alarms, suspension_alarms
from serving.batch.county import Scoring
from serving.batch.engine import Engine, Processes
from serving.batch.journal import Journal
from serving.batch.manifest import FORMAT, MissingCounty, PolicyUsed, ScoreManifest, policy_used
from serving.batch.output import MANIFEST, staged
from serving.batch.tasks import AREA, CountyScored, CountyTask


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What to score: a region of a ledger on a day, with the current release or the one named.

    ``policy`` is a policy file that holds instead of the dated ones; ``definition`` a definition's name or folder,
    where the ledger's own name does not say it.
    """

    ledger: Path
    region: str
    as_of: dt.date
    out: Path
    home: Path
    release: str | None = None
    policy: Path | None = None
    definition: str | None = None
    workers: int | None = None


def score_region(
    request: ScoreRequest,
    progress: Progress = silent,
    engine: Engine | None = None,
    tell: Callable[[str], None] = lambda _words: None,
) -> ScoreManifest:
    """Score every county of a region into ``request.out`` and return the manifest written there.

    A run in processes of this machine that was killed goes on where it was, if all it depends on is still the same. A
    county that cannot be scored does not stop the others; the manifest says which those are.

    Args:
        request: what to score.
        progress: told of every county.
        engine: where counties are scored; processes of this machine when left out.
        tell: told in words whether the run goes on or begins anew.

    Raises:
        UserError: there is no ledger, release, region or policy in force; the release was made for other features;
            the suspensions cannot be read; nothing was recorded by the as-of date; no county can be scored; or the
            folder cannot be written.
    """
    store = LedgerStore.open(request.ledger)
    counties = counties_of(store, request.region)
    definition = definition_of(store, request.definition)
    bundle = released(request.home, request.release, definition)
    suspended = read_suspensions(request.home)
    regions = {
        county: region_state(request.home, county, bundle.model_id, county_sha256(store, county)) for county in counties
    }
    scorings = _scorings(request, bundle, definition, suspended, regions)
    with staged(request.out, keep=engine is None) as staging:
        journal = None if engine is not None else _journal(staging, binding_of(store, request, scorings), tell)
        (staging / AREA).mkdir(exist_ok=True)
        tasks = [CountyTask(store, county, request.region, scorings[county], staging) for county in counties]
        placed = (engine or Processes(journal, request.workers)).score(tasks, bundle, progress)
        scored = placed.scored
        try:
            _refuse_nothing(store, scored, request)
        except UserError:
            shutil.rmtree(staging)
            raise
        found = (
            missing_alarms(placed.missing, len(scored))
            + suspension_alarms(suspended, counties)
            + region_alarms(regions)
            + alarms([county.facts for county in scored], placed.listed_twice, request.as_of, alarm_limits())
        )
        manifest = replace(
            _manifest(store, bundle, definition, scored, request),
            alarms=found,
            files=placed.files,
            missing=tuple(MissingCounty(county, one.message, one.hint) for county, one in placed.missing.items()),
        )
        (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
        if journal is not None:
            journal.close()
    return manifest


def _scorings(
    request: ScoreRequest,
    bundle: Bundle,
    definition: Definition,
    suspended: Mapping[str, Suspension],
    regions: Mapping[str, RegionState],
) -> dict[str, Scoring]:
    """What each county is scored with."""
    policies = policies_of(request.policy)
    return {
        county: Scoring.of(
            bundle,
            definition,
            policy_in_force(policies, definition, county, request.as_of),
            request.as_of,
            suspended=county in suspended,
            region=region,
        )
        for county, region in regions.items()
    }


def binding_of(store: LedgerStore, request: ScoreRequest, scorings: Mapping[str, Scoring]) -> str:
    """A hash of all that a run's files depend on: two runs with the same one write the same bytes."""
    first = next(iter(scorings.values()))
    policies = {one.policy.id: repr(one.policy) for one in scorings.values()}
    said = {
        "program": version("mopai"),
        "files": FORMAT,
        "region": request.region,
        "as_of": request.as_of.isoformat(),
        "ledger": store.content_hash(),
        "definition": first.definition.hash,
        "model": first.model_id,
        "policies": sorted(policies.items()),
        "counties": [
            (county, one.policy.id, one.suspended, repr(one.region)) for county, one in sorted(scorings.items())
        ],
    }
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _journal(staging: Path, binding: str, tell: Callable[[str], None]) -> Journal:
    journal = Journal.open(staging, binding)
    if journal.other_run:
        tell("输入已不同，未完成的上次运行已清除，重新开始 the unfinished run had other inputs: this one begins anew")
    if journal.lines:
        tell(f"接着上次：已完成 {len(journal.lines):,} 个县 going on: {len(journal.lines):,} counties are done already")
    return journal


def counties_of(store: LedgerStore, region: str) -> tuple[str, ...]:
    """The counties of a region code in a ledger.

    Raises:
        UserError: the code is none, or the ledger holds no county of it; names those it holds.
    """
    held = ", ".join(store.counties()) or "no county yet"
    if (region and not region.isdecimal()) or len(region) > VILLAGE_DIGITS:
        raise UserError(f"region '{region}': wanted at most {VILLAGE_DIGITS} digits", f"the ledger holds: {held}")
    counties = store.counties(region)
    if not counties:
        raise UserError(f"{store.folder}: no county of region '{region}'", f"the ledger holds: {held}")
    return counties


def definition_of(store: LedgerStore, named: str | None) -> Definition:
    """The definition the ledger was made with, by its own name unless another name or folder is given.

    Raises:
        UserError: it is not here, or not the one the ledger was made with.
    """
    definition = load_definition(named or store.definition_name)
    store.require(definition)
    return definition


def released(home: Path, release: str | None, definition: Definition) -> Bundle:
    """The release in use, or the one named, verified and loaded for a definition.

    Raises:
        UserError: there is none, or it is not sound, or it was made for other features.
    """
    store = ReleaseStore(home)
    path = store.current() if release is None else store.bundles / store.resolve(release)
    return load_bundle(path, definition)


def policies_of(file: Path | None) -> tuple[Policy, ...]:
    """The dated policies, or the one in a file, which then holds everywhere."""
    return (load_policy(file),) if file is not None else load_policies()


def policy_in_force(policies: Sequence[Policy], definition: Definition, county: str, as_of: dt.date) -> Policy:
    """The policy of a county on a day, checked against the definition.

    Raises:
        UserError: none is in force, or it speaks of columns or codes the definition lacks.
    """
    policy = policy_for(policies, definition.name, county, as_of)
    policy.check(definition)
    return policy


def _refuse_nothing(store: LedgerStore, scored: Sequence[CountyScored], request: ScoreRequest) -> None:
    """An as-of date before the data, or a place without children, is a slip of the keyboard and no empty region."""
    if any(county.facts.newest_recorded_on is not None for county in scored):
        if len(request.region) > len(scored[0].facts.county) and not scored[0].facts.children:
            raise UserError(f"no child to order in region '{request.region}'", "give the code of its county to see all")
        return
    days = [
        store.scan(county.facts.county, CHILDREN).select(pl.col(RECORDED_ON).min()).collect().item()
        for county in scored
    ]
    first = min((day for day in days if day is not None), default=None)
    raise UserError(
        f"nothing was recorded in region '{request.region}' by {request.as_of}",
        f"the first record is of {first}: give --as-of that day or later" if first else "import its ledger first",
    )


def _manifest(
    store: LedgerStore,
    bundle: Bundle,
    definition: Definition,
    scored: Sequence[CountyScored],
    request: ScoreRequest,
) -> ScoreManifest:
    return ScoreManifest(
        region=request.region,
        as_of=request.as_of,
        simulated=store.simulated,
        model_id=bundle.model_id,
        definition_name=definition.name,
        definition_version=definition.version,
        definition_hash=definition.hash,
        ledger_hash=store.content_hash(),
        cutoffs=bundle.model.cutoffs,
        policies=_policies_used(scored, definition),
        counties=tuple(county.facts for county in scored),
        alarms=(),
        files={},
        domains_without_model=tuple(one.domain for one in bundle.domains.not_fitted),
    )


def _policies_used(scored: Sequence[CountyScored], definition: Definition) -> tuple[PolicyUsed, ...]:
    policies = {county.task.scoring.policy.id: county.task.scoring.policy for county in scored}
    used = []
    for identity, policy in sorted(policies.items()):
        mine = [county for county in scored if county.task.scoring.policy.id == identity]
        rules = sorted({rule for county in mine for rule in county.rules})
        used.append(policy_used(policy, definition, rules, [county.facts.county for county in mine]))
    return tuple(used)
