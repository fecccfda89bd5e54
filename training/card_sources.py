"""Everything a whole card is made of, read from files alone: bundle, evidence, audit, signed rows and releases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.definition import Definition
from models.release.current import ReleaseStore
from models.release.gate.criteria import Criteria
from models.release.gate.people import People
from models.release.gate.promote import Verdict, judge
from models.release.gate.rows import SignedRow, SignedRows
from models.release.gate.subject import Subject, audit_path, read_subject
from models.release.manifest import CARD
from training.evidence import Evidence, read_evidence


@dataclass(frozen=True, slots=True)
class CardRequest:
    """Whose card, against which criteria, on which day; ``contact`` is whom to ask."""

    home: Path
    model_id: str
    definition: Definition
    criteria: Criteria
    on: date
    contact: str = ""


@dataclass(frozen=True, slots=True)
class CardSources:
    """Everything a whole card is made of. ``audit``: the audit's content; empty when there is none."""

    request: CardRequest
    subject: Subject
    verdict: Verdict
    evidence: Evidence
    audit: Mapping[str, Any]
    rows: tuple[SignedRow, ...]
    training_card: str
    moves: tuple[Mapping[str, Any], ...]
    released: bool


def card_sources(request: CardRequest) -> CardSources:
    """Read what a whole card is made of.

    Raises:
        UserError: there is no such model or no evidence of it, or the bundle is not sound.
    """
    store = ReleaseStore(request.home)
    model_id = store.resolve(request.model_id)
    subject, pointer = read_subject(store, model_id, request.on), store.pointer()
    path = audit_path(request.home, model_id)
    return CardSources(
        request=request,
        subject=subject,
        verdict=judge(store, model_id, request.criteria, request.on),
        evidence=read_evidence(request.home, model_id, request.definition),
        audit={} if subject.audit_fault else json.loads(path.read_bytes()),
        rows=SignedRows(People.of(request.home), model_id).read(),
        training_card=(store.bundles / model_id / CARD).read_text(encoding="utf-8"),
        moves=tuple(move.to_json() for move in pointer.moves if move.model_id == model_id),
        released=pointer.model_id == model_id,
    )
