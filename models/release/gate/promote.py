"""Promotion by rule: a model comes into use only when its criteria are met, or when two people override them in sight.

The low-level move of the pointer is ``ReleaseStore.promote``; this stands before it wherever a person promotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from features.cli.console import UserError
from models.release.current import Ground, ReleaseStore
from models.release.gate.check import Finding, counting, findings
from models.release.gate.criteria import Criteria
from models.release.gate.people import People
from models.release.gate.rows import SignedRow, SignedRows
from models.release.gate.subject import Subject, read_subject


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model stands to its criteria."""

    model_id: str
    criteria: Criteria
    findings: tuple[Finding, ...]
    approvals: tuple[str, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The criteria that are not met."""
        return tuple(one for one in self.findings if not one.met)


class RefusedError(UserError):
    """A promotion that was refused: everything that failed, each with what was seen, what is wanted, and what to do."""

    def __init__(self, verdict: Verdict, why_no_override: str = "") -> None:
        self.verdict = verdict
        failed = verdict.failed
        head = (
            f"model {verdict.model_id} is not promoted: {len(failed)} of {len(verdict.findings)} criteria of "
            f"'{verdict.criteria.name}' are not met"
        )
        again = f"do what each asks for, then again: mopai models promote {verdict.model_id}"
        lines = [f"  - {one}\n    next: {one.next}" for one in failed]
        super().__init__("\n".join([head, *lines, *([f"  {why_no_override}"] if why_no_override else [])]), again)


def judge(store: ReleaseStore, model_id: str, criteria: Criteria, on: date) -> Verdict:
    """How a kept model stands to criteria on a day; ``model_id`` may be a unique beginning.

    Raises:
        UserError: the id is not known, or the bundle is not sound.
    """
    subject, rows = _read(store, model_id, on)
    return _verdict(subject, criteria, rows, on)


def promote_by_rule(
    store: ReleaseStore, model_id: str, criteria: Criteria, on: date, *, override: str = "", by: str = ""
) -> Verdict:
    """Bring a model into use if it meets the criteria, or by override; the ground stays in the release's history.

    Args:
        store: where bundles are kept.
        model_id: a model id, or a unique beginning.
        criteria: what it must meet.
        on: today.
        override: the reason why it comes into use although it does not meet them; enough different people must have
            signed this very reason for this bundle and audit.
        by: who promotes, where that is to be recorded.

    Raises:
        RefusedError: it does not meet them, and no override holds.
        UserError: the id is not known, or the bundle is not sound.
    """
    subject, rows = _read(store, model_id, on)
    verdict = _verdict(subject, criteria, rows, on)
    people: tuple[str, ...] = ()
    if verdict.failed:
        people = _overriding(verdict, subject, rows, override)
    ground = Ground(
        criteria=criteria.name,
        criteria_sha256=criteria.sha256,
        approvals=verdict.approvals,
        failed=tuple(str(one) for one in verdict.failed),
        override=_words(override) if people else "",
        overridden_by=people,
        by=by,
    )
    store.promote(verdict.model_id, ground)
    return verdict


def _read(store: ReleaseStore, model_id: str, on: date) -> tuple[Subject, tuple[SignedRow, ...]]:
    chosen = store.resolve(model_id)
    return read_subject(store, chosen, on), SignedRows(People.of(store.home), chosen).read()


def _verdict(subject: Subject, criteria: Criteria, rows: tuple[SignedRow, ...], on: date) -> Verdict:
    approved = tuple(f"{row.name} ({row.statement.role})" for row in counting(subject, rows, "approval"))
    return Verdict(subject.binding.model_id, criteria, findings(subject, criteria, rows, on), approved)


def _overriding(verdict: Verdict, subject: Subject, rows: tuple[SignedRow, ...], reason: str) -> tuple[str, ...]:
    """Who signed this reason; refused when they are too few or where no override helps."""
    if not _words(reason):
        raise RefusedError(verdict)
    if fixed := [one for one in verdict.failed if not one.overridable]:
        raise RefusedError(verdict, f"no override helps against: {', '.join(one.label.en for one in fixed)}")
    signed = counting(subject, [row for row in rows if _words(row.statement.words) == _words(reason)], "override")
    if len(signed) < verdict.criteria.overrides:
        names = ", ".join(row.name for row in signed) or "nobody"
        raise RefusedError(
            verdict,
            f"an override needs {verdict.criteria.overrides} different people who sign this very reason for this "
            f"bundle and audit; signed by: {names}\n    next: mopai models approve {verdict.model_id} --name NAME "
            f'--role ROLE --override "{_words(reason)}"',
        )
    return tuple(f"{row.name} ({row.statement.role})" for row in signed)


def _words(text: str) -> str:
    return " ".join(text.split())
