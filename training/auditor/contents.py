"""What goes into the auditor's folder, as bytes by relative path."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import requires, version
from pathlib import Path
from re import match
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from features.cli.console import UserError
from models.release.current import ReleaseStore
from models.release.gate.people import People
from models.release.gate.rows import SignedRows
from models.release.gate.subject import audit_path
from models.release.manifest import digest, json_bytes
from training.audit.run import PART
from training.auditor.verify import SUMS
from training.card_sources import CardSources
from training.dataset import AS_OF
from training.evidence import FACTS, Evidence
from training.full_card import full_card
from training.labels import LABEL
from training.plan import ScreeningPlan

PRODUCT = "mopai"

_HERE = Path(__file__).resolve().parent
_PLAN: TypeAdapter[ScreeningPlan] = TypeAdapter(ScreeningPlan)


def folder_contents(sources: CardSources, definition: Path, criteria: Path) -> dict[str, bytes]:
    """Every file of the folder, the checksums last.

    Args:
        sources: what the card is made of.
        definition: the folder of the ledger definition.
        criteria: the file of the criteria.

    Raises:
        UserError: the model was not audited.
    """
    if sources.subject.audit_fault:
        model_id = sources.verdict.model_id
        raise UserError(f"model {model_id}: {sources.subject.audit_fault}", f"mopai audit --model {model_id}")
    files = {
        "README.md": _readme(sources),
        "verify.py": (_HERE / "verify.py").read_bytes(),
        "card.md": full_card(sources).encode(),
        **_audit(sources),
        "plan.json": _json(_PLAN.dump_python(sources.evidence.plan, mode="json")),
        **{f"definition/{name}": (definition / name).read_bytes() for name in ("ledger.toml", "features.toml")},
        "criteria.toml": criteria.read_bytes(),
        "verdict.json": _json([one.to_json() for one in sources.verdict.findings]),
        **_approvals(sources),
        "release.json": _json({"in_use": sources.released, "moves": list(sources.moves)}),
        **_bundle(sources),
        "metrics.json": _json(dict(sources.evidence.figures)),
        "labels.json": _json(_labels(sources.evidence)),
        "environment.json": _json(environment()),
    }
    sums = "".join(f"{digest(content)}  {name}\n" for name, content in sorted(files.items()))
    return {**dict(sorted(files.items())), SUMS: sums.encode()}


def environment() -> dict[str, str]:
    """The versions of Python, of the product, and of every package it asks for."""
    names = [
        found[0] for line in requires(PRODUCT) or () if "extra ==" not in line and (found := match(r"[\w.-]+", line))
    ]
    return {"python": platform.python_version(), **{name: version(name) for name in (PRODUCT, *sorted(names))}}


def _readme(sources: CardSources) -> bytes:
    text = (_HERE / "readme.md").read_text(encoding="utf-8")
    simulated = (
        "模拟数据，与任何真实儿童无关 simulated data, no real child" if sources.evidence.simulated else "台账 ledger"
    )
    return text.format(
        model_id=sources.verdict.model_id,
        day=sources.request.on,
        simulated=simulated,
        definition_hash=sources.request.definition.hash,
    ).encode()


def _audit(sources: CardSources) -> dict[str, bytes]:
    """The audit and what it keeps for other programs; not the rows, and not a part that does not stand."""
    folder = audit_path(sources.request.home, sources.verdict.model_id).parent
    found = (path for path in sorted(folder.iterdir()) if path.suffix in (".json", ".html"))
    return {path.name: path.read_bytes() for path in found if path.name != FACTS and path.stem != PART}


def _approvals(sources: CardSources) -> dict[str, bytes]:
    people = People.of(sources.request.home)
    rows = SignedRows(people, sources.verdict.model_id).path
    register = people.register_file
    return {
        "approvals/rows.jsonl": rows.read_bytes() if rows.is_file() else b"",
        "approvals/people.json": register.read_bytes() if register.is_file() else json_bytes({"people": []}),
    }


def _bundle(sources: CardSources) -> dict[str, bytes]:
    folder = ReleaseStore(sources.request.home).bundles / sources.verdict.model_id
    return {f"bundle/{path.name}": path.read_bytes() for path in sorted(folder.iterdir())}


def _labels(evidence: Evidence) -> dict[str, dict[str, Mapping[str, int]]]:
    """Children, labels and new needs of every judged as-of date, all counties together."""
    return {window: _by_date(rows) for window, rows in evidence.rows.items()}


def _by_date(rows: pl.DataFrame) -> dict[str, Mapping[str, int]]:
    counted = (
        rows.group_by(AS_OF)
        .agg(
            pl.len().alias("children"),
            pl.col(LABEL).is_not_null().sum().alias("labelled"),
            pl.col(LABEL).sum().alias("new_needs"),
        )
        .sort(AS_OF)
    )
    return {
        day.isoformat(): dict(zip(counted.columns[1:], counts, strict=True)) for day, *counts in counted.iter_rows()
    }


def _json(content: Any) -> bytes:  # noqa: ANN401 - any plain data
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
