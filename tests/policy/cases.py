"""Small cases the policy tests share: the duties of a made ledger under the national policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.state import child_state
from models.policy.duties import candidates, duties
from models.policy.policy import POLICIES, Policy, load_policy
from tests.builders import Row, Tables, default_definition, make_tables

AS_OF = date(2018, 6, 30)


def national() -> Policy:
    return load_policy(POLICIES / "national.toml")


def duties_of(policy: Policy | None = None, as_of: date = AS_OF, **rows: list[Row]) -> dict[str, dict[str, Any]]:
    """child_id -> its duty, for the made ledger."""
    tables = make_tables(**rows)
    found = duties(tables, state_of(tables, as_of), policy or national(), ("open",), as_of)
    return {row["child_id"]: row for row in found.to_dicts()}


def rules_of(policy: Policy | None = None, as_of: date = AS_OF, **rows: list[Row]) -> dict[str, date]:
    """Rule -> due day, for a made ledger of one child, whenever the day is."""
    tables = make_tables(**rows)
    found = candidates(tables, state_of(tables, as_of), policy or national(), ("open",), as_of)
    return dict(zip(found["rule"], found["due_on"], strict=True))


def state_of(tables: Tables, as_of: date = AS_OF) -> pl.DataFrame:
    return child_state(tables, default_definition(), as_of)


def policy_file(folder: Path, *changes: tuple[str, str], name: str = "national") -> Path:
    """The shipped policy with texts replaced, as a file."""
    text = (POLICIES / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / f"changed_{len(list(folder.iterdir()))}.toml"
    path.write_text(text, encoding="utf-8")
    return path
