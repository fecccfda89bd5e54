"""The stored audit of a model, read as data: sections with findings and tables in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.definition import Label


@dataclass(frozen=True, slots=True)
class AuditTable:
    """A table of the audit; cells are words in both languages or plain figures."""

    title: Label
    columns: tuple[Label | str, ...]
    rows: tuple[tuple[Label | str, ...], ...]


@dataclass(frozen=True, slots=True)
class AuditSection:
    """A section: findings first, then tables. ``pictures`` of it stand only in the stored page."""

    key: str
    title: Label
    findings: tuple[Label, ...]
    tables: tuple[AuditTable, ...]
    pictures: int


def audit_sections(home: Path, model_id: str) -> tuple[AuditSection, ...]:
    """The sections of a model's audit in their order; none where there is no audit that can be read."""
    from models.release.gate.subject import audit_path

    try:
        raw = json.loads(audit_path(home, model_id).read_bytes())
        if raw["model_id"] != model_id:
            return ()
        return tuple(_section(key, one) for key, one in raw["sections"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def audit_page(home: Path, model_id: str) -> bytes | None:
    """The stored page of the audit, for people to keep; None where there is none."""
    from models.release.gate.subject import audit_path

    path = audit_path(home, model_id).with_suffix(".html")
    return path.read_bytes() if path.is_file() else None


def _section(key: str, raw: Mapping[str, Any]) -> AuditSection:
    return AuditSection(
        key=key,
        title=_label(raw["title"]),
        findings=tuple(map(_label, raw["findings"])),
        tables=tuple(map(_table, raw["tables"])),
        pictures=len(raw["pictures"]),
    )


def _table(raw: Mapping[str, Any]) -> AuditTable:
    rows = tuple(tuple(map(_cell, row)) for row in raw["rows"])
    return AuditTable(_label(raw["title"]), tuple(map(_cell, raw["columns"])), rows)


def _cell(raw: Any) -> Label | str:  # noqa: ANN401 - a cell of JSON is words or a text
    return _label(raw) if isinstance(raw, Mapping) else str(raw)


def _label(raw: Mapping[str, Any]) -> Label:
    return Label(str(raw["zh"]), str(raw["en"]))
