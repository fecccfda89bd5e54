"""How a model stands before the gate: each criterion, who signed, and the commands that are left to do.

Nothing is signed or moved here. A signature is worth something because only its person holds the key: a server that
held the keys of two people, or that signed for whoever is signed in, could let a model in by itself, and so could
whoever breaks into it. People sign where their key is; whoever promotes does it on the machine that holds the releases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from features.cli.console import UserError
from features.definition import Label

if TYPE_CHECKING:
    from models.release.current import Pointer
    from models.release.gate.check import Finding
    from models.release.gate.criteria import Bound, Criteria
    from models.release.gate.rows import SignedRow
    from models.release.gate.subject import Subject

SignatureState = Literal["counts", "other", "broken"]


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of the gate.

    ``kind``: ``figure``, with bounds in ``wanted``, or one of the gate's own, where ``wanted`` is people or days.
    ``seen`` None: not estimable. ``next``: the command to do about it, empty where it is met.
    """

    kind: str
    label: Label
    met: bool
    seen: float | None
    wanted: str
    next: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A signed row: it counts for this bundle and audit, is of another one, or was tampered with."""

    name: str
    role: str
    kind: str
    signed_at: datetime
    state: SignatureState


@dataclass(frozen=True, slots=True)
class ModelStanding:
    """A model before the gate, by which criteria, who signed, how many people must, and what the page may ask next.

    ``approved``: how many different people's approvals count. ``readable`` is False where the signed rows are not.
    """

    criteria: str
    purpose: Label
    lines: tuple[Line, ...]
    signatures: tuple[Signature, ...]
    approved: int
    people: int
    readable: bool = True

    @property
    def failed(self) -> int:
        """How many criteria are not met."""
        return sum(not line.met for line in self.lines)


def standing_of(home: Path, subject: Subject, pointer: Pointer, today: date) -> ModelStanding:
    """How a model stands to the criteria its home released by last, or to those that ship."""
    from models.release.gate.check import counting, findings
    from models.release.gate.people import People
    from models.release.gate.rows import SignedRows

    criteria, readable = _criteria(pointer), True
    rows: tuple[SignedRow, ...] = ()
    try:
        rows = SignedRows(People.of(home), subject.binding.model_id).read()
    except UserError:
        readable = False
    bounds = {bound.figure: bound for bound in criteria.bounds}
    lines = (_line(one, bounds.get(one.key), subject, criteria) for one in findings(subject, criteria, rows, today))
    counted = {row.number for kind in ("approval", "override", "impact") for row in counting(subject, rows, kind)}
    return ModelStanding(
        criteria=criteria.name,
        purpose=criteria.purpose,
        lines=tuple(lines),
        signatures=tuple(_signature(row, counted) for row in rows),
        approved=len(counting(subject, rows, "approval")),
        people=criteria.approvals,
        readable=readable,
    )


def _criteria(pointer: Pointer) -> Criteria:
    """The criteria of the last promotion if they are still what they were, else those for real ledgers."""
    from models.release.gate.criteria import DEFAULT_CRITERIA, load_criteria

    last = next((move.ground for move in reversed(pointer.moves) if move.ground.criteria), None)
    try:
        found = load_criteria(last.criteria if last else DEFAULT_CRITERIA)
    except UserError:
        return load_criteria(DEFAULT_CRITERIA)
    return found if last is None or found.sha256 == last.criteria_sha256 else load_criteria(DEFAULT_CRITERIA)


def _line(one: Finding, bound: Bound | None, subject: Subject, criteria: Criteria) -> Line:
    # What stands behind the command is a remark for a terminal, in one language.
    following = "" if one.met else one.next.partition("#")[0].strip()
    if bound is None:
        wanted = criteria.impact_days if one.key == "impact" else criteria.approvals
        return Line(one.key, one.label, one.met, None, str(wanted), following)
    return Line("figure", one.label, one.met, subject.figures.get(one.key), _bounds(bound), following)


def _bounds(bound: Bound) -> str:
    """What is wanted in signs that need no language."""
    signs = (("≥", bound.at_least), (">", bound.above), ("≤", bound.at_most))
    return ", ".join(f"{sign} {limit:g}" for sign, limit in signs if limit is not None)


def _signature(row: SignedRow, counted: set[int]) -> Signature:
    state: SignatureState = "broken" if row.fault else "counts" if row.number in counted else "other"
    return Signature(row.name, row.statement.role, row.statement.kind, row.signed_at, state)
