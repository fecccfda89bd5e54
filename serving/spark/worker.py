"""What executors do: score counties, then write their files with the places in the region."""

from __future__ import annotations

import datetime as dt
import pickle
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import polars as pl
from pyspark import SparkFiles

from features.cli.console import UserError
from features.definition import Definition
from features.ledger.manifest import MANIFEST
from features.ledger.store import LedgerStore
from models.policy.policy import Policy
from models.release.bundle import Bundle, load_bundle
from models.release.regions import RegionState
from serving.batch.alarms import CountyFacts
from serving.batch.county import Scoring
from serving.batch.engine import attempt_county
from serving.batch.tasks import CountyTask, finish_county
from serving.spark.bootstrap import SAID

SHARED = ".shared"
# Bundles by their archives, each verified once per process: files, a first load in a child process, golden vectors.
loaded_bundles: dict[str, Bundle] = {}


@dataclass(frozen=True, slots=True)
class CountyOrder:
    """What is a county's own in its scoring: the policy in force, and how it stands for monitoring and the release."""

    policy: Policy
    suspended: bool
    region: RegionState


@dataclass(frozen=True, slots=True)
class Errand:
    """What all tasks of a run share. ``bundle`` names its archive in the session; ``sign`` lies in ``staging``."""

    store: LedgerStore
    region: str
    as_of: dt.date
    definition: Definition
    staging: Path
    sign: str
    bundle: str
    orders: Mapping[str, CountyOrder]


@dataclass(frozen=True, slots=True)
class CountyOutcome:
    """What is known of a county once it is scored, the rules its duties name, and the sha256 of what was staged."""

    facts: CountyFacts
    rules: tuple[str, ...]
    files: Mapping[str, str]


def score_counties(errand: bytes, counties: Iterator[str]) -> Iterator[tuple[str, CountyOutcome | UserError]]:
    """Score and stage each county; one that cannot be scored says so and does not stop the others."""
    work = _errand(errand)
    for county in counties:
        with _writing(work), _attempt(work, county) as (own, task):
            done = attempt_county({county: own}, county)
            if isinstance(done, UserError):
                yield county, done
                continue
            own.staged.replace(task.staged)
            own.area.replace(task.area)
            yield county, CountyOutcome(done.facts, done.rules, done.files)


def finish_counties(errand: bytes, counties: Iterator[str]) -> Iterator[dict[str, str]]:
    """Write the file of each county with the places that lie beside what was staged; gives files with their sha256."""
    work = _errand(errand)
    for county in counties:
        with _writing(work):
            yield finish_county(_task(work, county), pl.read_ipc(places_of(work.staging, county)))


def places_of(staging: Path, county: str) -> Path:
    """The file with the places of a county's households in the region: household_id, rank_region."""
    return staging / f"{county}.places.arrow"


@contextmanager
def _writing(work: Errand) -> Iterator[None]:
    """A full disk stops the run, whatever Spark makes of it."""
    try:
        yield
    except OSError as error:
        _give_up(f"cannot write to {work.staging.parent} ({error.strerror})", "make room there, then run again")


@contextmanager
def _attempt(work: Errand, county: str) -> Iterator[tuple[CountyTask, CountyTask]]:
    """A county's task in a folder of this attempt alone (Spark may try one twice at once), and the task for all."""
    task = _task(work, county)
    with tempfile.TemporaryDirectory(prefix=f".{county}-", dir=work.staging) as folder:
        own = replace(task, staging=Path(folder))
        own.area.parent.mkdir()
        yield own, task


def _task(work: Errand, county: str) -> CountyTask:
    order = work.orders[county]
    if work.bundle not in loaded_bundles:
        loaded_bundles[work.bundle] = load_bundle(Path(SparkFiles.get(work.bundle)), work.definition)
    scoring = Scoring.of(
        loaded_bundles[work.bundle],
        work.definition,
        order.policy,
        work.as_of,
        suspended=order.suspended,
        region=order.region,
    )
    return CountyTask(work.store, county, work.region, scoring, work.staging)


@lru_cache(maxsize=1)
def _errand(pickled: bytes) -> Errand:
    """What a run shares, read once per process, after a look at what every executor must see."""
    work: Errand = pickle.loads(pickled)  # noqa: S301 - made by the driver of this session
    _require_shared(work)
    return work


def _require_shared(work: Errand) -> None:
    """Ledger and scores lie on storage that this machine sees under the same path, or nothing can be done here."""
    mount = "put {} on storage that every machine of the cluster mounts under the same path"
    if not (work.store.folder / MANIFEST).is_file():
        _give_up(f"cannot read the ledger {work.store.folder}", mount.format("the ledger"))
    try:
        seen = (work.staging / SHARED).read_text(encoding="utf-8")
    except OSError:
        seen = ""
    if seen != work.sign:
        _give_up(f"cannot see {work.staging.parent}", mount.format("--out"))


def _give_up(what: str, hint: str) -> NoReturn:
    raise RuntimeError(f"{SAID}executor {socket.gethostname()} {what}|{hint}")
