"""What a list that stands was made with and the ledger has no column for: the capacity that was asked for."""

from __future__ import annotations

import json
from pathlib import Path


def manifest_path(home: Path, list_id: str) -> Path:
    """Where the manifest of a list is kept."""
    return home / "lists" / f"{list_id}.json"


def kept_capacity(home: Path, list_id: str) -> int | None:
    """The household visits there was room for, as the manifest of a list says; None where none is kept here."""
    try:
        told = json.loads(manifest_path(home, list_id).read_text(encoding="utf-8"))
        visits = told["capacity"]["visits"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return visits if isinstance(visits, int) and visits >= 0 else None
