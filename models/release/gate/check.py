"""What a model has shown against what its criteria want: one finding per criterion, met or not, with the next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from features.definition import Label
from models.release.gate.criteria import Bound, Criteria
from models.release.gate.people import identity
from models.release.gate.rows import SignedRow, named
from models.release.gate.subject import BUNDLE_FIGURES, Subject

_UNKNOWN = "not estimable"
_DATA = Label("数据来源", "where the data come from")
_APPROVALS = Label("批准人", "approvals")
_IMPACT = Label("影响评估", "impact assessment")
_AUDIT = Label("审计报告", "audit")
_ROWS = Label("签名记录", "signed rows")


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion: what was seen, what is wanted, and what to do next where it is not met.

    ``overridable`` is False where no override helps: rows that were tampered with.
    """

    key: str
    label: Label
    met: bool
    seen: str
    wanted: str
    next: str
    overridable: bool = True

    def __str__(self) -> str:
        return f"{self.label.zh} {self.label.en}: seen {self.seen}, wanted {self.wanted}"

    def to_json(self) -> dict[str, object]:
        """The finding as data."""
        return {
            "key": self.key,
            "zh": self.label.zh,
            "en": self.label.en,
            "met": self.met,
            "seen": self.seen,
            "wanted": self.wanted,
            "next": "" if self.met else self.next,
        }


def findings(subject: Subject, criteria: Criteria, rows: Sequence[SignedRow], on: date) -> tuple[Finding, ...]:
    """Every criterion with what was seen of it; the order is that of a reader's questions.

    Args:
        subject: the bundle and its audit.
        criteria: what is wanted.
        rows: the model's signed rows, checked.
        on: the day of the promotion.
    """
    return (
        *_tampered(rows),
        _audit(subject),
        _data(subject, criteria),
        *(_figure(subject, bound) for bound in criteria.bounds),
        _impact(subject, criteria, rows, on),
        _approvals(subject, criteria, rows),
    )


def counting(subject: Subject, rows: Iterable[SignedRow], kind: str) -> tuple[SignedRow, ...]:
    """Sound rows of a kind bound to this bundle and audit, the last of each person: nobody counts twice."""
    found = {
        identity(row.name): row
        for row in rows
        if not row.fault and row.statement.kind == kind and row.binding == subject.binding
    }
    return tuple(found.values())


def _tampered(rows: Sequence[SignedRow]) -> tuple[Finding, ...]:
    broken = "; ".join(named(row) for row in rows if row.fault)
    if not broken:
        return ()
    restore = "restore the file of signed rows as it was"
    return (Finding("rows", _ROWS, met=False, seen=broken, wanted="rows as signed", next=restore, overridable=False),)


def _audit(subject: Subject) -> Finding:
    model, fault = subject.binding.model_id, subject.audit_fault
    return Finding(
        "audit", _AUDIT, not fault, fault or "made", "an audit of this model", f"mopai audit --model {model}"
    )


def _data(subject: Subject, criteria: Criteria) -> Finding:
    seen = {True: "simulated", False: "a real ledger", None: "the card does not say"}[subject.simulated]
    wanted = "said in the card" if criteria.simulated else "a real ledger"
    met = subject.simulated is False or (criteria.simulated and subject.simulated is True)
    return Finding("data", _DATA, met, seen, wanted, "mopai train   # on a real ledger, or name criteria that allow it")


def _figure(subject: Subject, bound: Bound) -> Finding:
    value = subject.figures.get(bound.figure)
    if bound.figure not in subject.figures:
        met, seen = False, "not in the bundle" if bound.figure.startswith(BUNDLE_FIGURES) else "not in the audit"
    elif value is None:
        met = bool(bound.unknown_because)
        seen = f"{_UNKNOWN} (allowed: {bound.unknown_because})" if met else _UNKNOWN
    else:
        met, seen = bound.holds(value), f"{value:.3g}"
    following = bound.next.replace("{model}", subject.binding.model_id)
    return Finding(bound.figure, bound.label, met, seen, bound.wanted, following)


def _impact(subject: Subject, criteria: Criteria, rows: Sequence[SignedRow], on: date) -> Finding:
    model = subject.binding.model_id
    oldest = on - timedelta(days=criteria.impact_days)
    recorded = [(row, row.statement.document) for row in counting(subject, rows, "impact")]
    fresh = [
        f"{document.reference}, {document.dated}, recorded by {row.name}, sha256 {document.sha256[:12]}..."
        for row, document in recorded
        if document is not None and oldest <= document.dated <= on
    ]
    old = [f"dated {document.dated}" for _, document in recorded if document is not None]
    seen = "; ".join(fresh or old) or _nothing(subject, rows, "impact")
    wanted = f"recorded for this bundle and audit, dated {oldest} to {on}"
    following = f"mopai models impact {model} --file DOCUMENT --name NAME"
    return Finding("impact", _IMPACT, bool(fresh), seen, wanted, following)


def _approvals(subject: Subject, criteria: Criteria, rows: Sequence[SignedRow]) -> Finding:
    people = [f"{row.name} ({row.statement.role})" for row in counting(subject, rows, "approval")]
    seen = ", ".join(people) or _nothing(subject, rows, "approval")
    wanted = f"{criteria.approvals} different people for this bundle and audit"
    following = f"mopai models approve {subject.binding.model_id} --name NAME --role ROLE"
    return Finding("approvals", _APPROVALS, len(people) >= criteria.approvals, seen, wanted, following)


def _nothing(subject: Subject, rows: Iterable[SignedRow], kind: str) -> str:
    """Nothing that counts; says how many were signed for something else, since that is what surprises a person."""
    others = [row for row in rows if row.statement.kind == kind and row.binding != subject.binding and not row.fault]
    return f"none ({len(others)} signed for another bundle or audit)" if others else "none"
