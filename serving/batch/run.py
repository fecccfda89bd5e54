"""Score a region: county by county over the cores, then the places in the region, then one folder in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition, load_definition
from features.definition.structure import CHILDREN, RECORDED_ON, VILLAGE_DIGITS
from features.ledger.store import LedgerStore
from models.policy.policy import Policy, load_policies, load_policy, policy_for
from models.release.bundle import Bundle, load_bundle
from models.release.current import ReleaseStore
from models.release.regions import county_sha256, region_state
from models.release.suspensions import read_suspensions
from serving.batch.alarms import alarm_limits, alarms, region_alarms, suspension_alarms
from serving.batch.county import Scoring
from serving.batch.engine import Engine, Processes
from serving.batch.manifest import PolicyUsed, ScoreManifest, policy_used
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


def score_region(request: ScoreRequest, progress: Progress = silent, engine: Engine | None = None) -> ScoreManifest:
    """Score every county of a region into ``request.out`` and return the manifest written there.

    Args:
        request: what to score.
        progress: told of every county.
        engine: where counties are scored; processes of this machine when left out.

    Raises:
        UserError: there is no ledger, release, region or policy in force; the release was made for other features;
            the suspensions cannot be read; nothing was recorded by the as-of date; or the folder cannot be written.
    """
    store = LedgerStore.open(request.ledger)
    counties = counties_of(store, request.region)
    definition = definition_of(store, request.definition)
    bundle = released(request.home, request.release, definition)
    policies, suspended = policies_of(request.policy), read_suspensions(request.home)
    regions = {
        county: region_state(request.home, county, bundle.model_id, county_sha256(store, county)) for county in counties
    }
    with staged(request.out) as staging:
        (staging / AREA).mkdir()
        tasks = [
            CountyTask(
                store,
                county,
                request.region,
                Scoring.of(
                    bundle,
                    definition,
                    policy_in_force(policies, definition, county, request.as_of),
                    request.as_of,
                    suspended=county in suspended,
                    region=regions[county],
                ),
                staging,
            )
            for county in counties
        ]
        placed = (engine or Processes(request.workers)).score(tasks, bundle, progress)
        scored = placed.scored
        _refuse_nothing(store, scored, request)
        found = (
            suspension_alarms(suspended, counties)
            + region_alarms(regions)
            + alarms([county.facts for county in scored], placed.listed_twice, request.as_of, alarm_limits())
        )
        manifest = replace(_manifest(store, bundle, definition, scored, request), alarms=found, files=placed.files)
        (staging / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    return manifest


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
