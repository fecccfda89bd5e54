"""One retraining: train if anything changed, then audit, then compare with the release. Nothing is promoted.

Each step is whole or not there and is written down when it is done, so a run that was killed is taken up where it
stopped, and one with nothing to do does nothing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from models.release.bundle import is_whole
from models.release.current import ReleaseStore
from training.audit.run import AuditRequest, run_audit
from training.challenger.compare import CompareRequest, compare
from training.evidence import read_evidence
from training.plan import ScreeningPlan
from training.retrain.fingerprint import Fingerprint
from training.retrain.state import LastRun, alone, clear_scratch, read_last, write_last
from training.run import train

SETTINGS = Path(__file__).resolve().parent / "retrain.toml"


@dataclass(frozen=True, slots=True)
class RetrainRequest:
    """What to retrain. ``only``: sections of the audit, all when empty."""

    ledger: Path
    home: Path
    plan: ScreeningPlan
    definition: Definition
    only: tuple[str, ...] = ()
    accept_suspicious: str = ""
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Retrained:
    """What a retraining did: the steps it took (none when nothing was new), and the model they are about.

    ``changed``: what differs from the model before: data, plan, definition, code. ``released``: the release it was
    compared with, "" when there is none.
    """

    model_id: str
    steps: tuple[str, ...]
    changed: tuple[str, ...]
    released: str

    @property
    def nothing_new(self) -> bool:
        """Whether there was nothing to do."""
        return not self.steps


def retrain(request: RetrainRequest, progress: Progress = silent) -> Retrained:
    """Bring the newest challenger up to date with ledger, plan, definition and code. Two at once are refused.

    Raises:
        UserError: another retraining is running; or as ``train``, ``run_audit`` and ``compare``.
    """
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    with alone(request.home):
        clear_scratch(request.home, float(tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["scratch_hours"]))
        now, last = Fingerprint.of(store, request.plan, request.definition), read_last(request.home)
        steps: list[str] = []
        changed = now.changed(None if last is None else last.fingerprint)
        if last is None or changed or not stands(last, request):
            last = _trained(now, request, progress)
            steps.append("train")
        if not last.audited:
            _audit(last, request, progress)
            last = _done(request, replace(last, audited=True))
            steps.append("audit")
        released = ReleaseStore(request.home).pointer().model_id or ""
        if last.compared_with != released:
            if released not in ("", last.model_id):
                _compare(last, store, request, progress)
                steps.append("compare")
            last = _done(request, replace(last, compared_with=released))
    return Retrained(last.model_id, tuple(steps), changed, released)


def stands(last: LastRun, request: RetrainRequest) -> bool:
    """Whether the last model is still whole in this home with its evidence."""
    try:
        read_evidence(request.home, last.model_id, request.definition)
    except UserError:
        return False
    return is_whole(ReleaseStore(request.home).bundles / last.model_id)


def _trained(now: Fingerprint, request: RetrainRequest, progress: Progress) -> LastRun:
    made = train(
        request.ledger,
        request.plan,
        request.home,
        request.definition,
        progress,
        accept_suspicious=request.accept_suspicious,
        workers=request.workers,
    )
    return _done(request, LastRun(now, made.model_id))


def _audit(last: LastRun, request: RetrainRequest, progress: Progress) -> None:
    run_audit(
        AuditRequest(
            request.ledger,
            request.home,
            last.model_id,
            request.definition,
            only=request.only,
            stands=True,
            workers=request.workers,
        ),
        progress,
    )


def _compare(last: LastRun, store: LedgerStore, request: RetrainRequest, progress: Progress) -> None:
    """Beside the release on the list of the newest record's day."""
    compare(
        CompareRequest(
            last.model_id,
            None,
            request.ledger,
            "",
            newest_record(store),
            request.home,
            request.definition,
            request.workers,
        ),
        progress,
    )


def newest_record(store: LedgerStore) -> date:
    """The day of the newest record of children: the day a list would be made for now.

    Raises:
        UserError: no child is recorded.
    """
    days = [
        store.scan(county, s.CHILDREN).select(pl.col(s.RECORDED_ON).max()).collect().item()
        for county in store.counties()
    ]
    known = [day for day in days if isinstance(day, date)]
    if not known:
        raise UserError(f"{store.folder}: no child is recorded", "import a county first")
    return max(known)


def _done(request: RetrainRequest, last: LastRun) -> LastRun:
    write_last(request.home, last)
    return last
