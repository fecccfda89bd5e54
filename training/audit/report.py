"""The audit of a model as one report: sections, the figures that rules read, and the check that nobody is named."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from features.cli.console import UserError
from features.definition import structure as s
from training.audit.section import Section
from training.evidence import Evidence

FORMAT = 1

_PERSONAL = (s.CHILD, s.HOUSEHOLD, s.VISIT, s.VISITOR)
_WORD = re.compile(r"[^\s\"'<>,;:=()\[\]{}]+")
_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found. ``figures``: SECTION.NAME -> number, None where it is not estimable."""

    model_id: str
    simulated: bool
    definition: str
    plan: str
    plan_hash: str
    data_hash: str
    dates: Mapping[str, tuple[str, str]]
    places_share: float
    sections: tuple[Section, ...]

    @property
    def figures(self) -> dict[str, float | None]:
        """The figures of all sections, each named by its section."""
        return {
            f"{section.key}.{name}": _finite(value)
            for section in self.sections
            for name, value in section.figures.items()
        }

    def content(self) -> dict[str, Any]:
        """The report as plain data; pictures stand in it by their words."""
        return {
            "format": FORMAT,
            "model_id": self.model_id,
            "simulated": self.simulated,
            "definition": self.definition,
            "plan": self.plan,
            "plan_hash": self.plan_hash,
            "data_hash": self.data_hash,
            "dates": {name: list(days) for name, days in self.dates.items()},
            "places_share": self.places_share,
            "figures": self.figures,
            "sections": {section.key: _section(section) for section in self.sections},
        }

    def to_json(self) -> str:
        """The report as JSON text; figures that are no number become null."""
        return json.dumps(_plain(self.content()), ensure_ascii=False, indent=1, allow_nan=False)


def make_report(evidence: Evidence, definition: str, sections: tuple[Section, ...]) -> AuditReport:
    """Bring the sections of an audit together with what they speak of."""
    return AuditReport(
        model_id=evidence.model_id,
        simulated=evidence.simulated,
        definition=definition,
        plan=evidence.plan.name,
        plan_hash=evidence.plan.hash,
        data_hash=evidence.data_hash,
        dates=evidence.dates,
        places_share=evidence.plan.capacity.share,
        sections=sections,
    )


def refuse_personal(text: str, evidence: Evidence) -> None:
    """Refuse a text that names a child, a household, a visit or a visitor of the evidence.

    A number of a few digits is no name: shorter identifiers are told apart from counts by nothing.

    Raises:
        UserError: says which kind of identifier was found, never which one.
    """
    words = set(_WORD.findall(text))
    for rows in evidence.rows.values():
        for column in _PERSONAL:
            known = {value for value in rows[column].drop_nulls().unique() if len(value) >= _SHORTEST_ID}
            if not words.isdisjoint(known):
                raise UserError(
                    f"the audit names a {column}, so nothing is written", "report which section did it; it is a fault"
                )


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": asdict(section.title),
        "findings": [asdict(finding) for finding in section.findings],
        "tables": [asdict(table) for table in section.tables],
        "pictures": [asdict(picture.alt) for picture in section.pictures],
        "figures": dict(section.figures),
        "data": dict(section.data),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON values have many types
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return _finite(value) if isinstance(value, float) else value


def _finite(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None
