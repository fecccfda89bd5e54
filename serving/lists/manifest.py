"""What is kept of a list beside the ledger's rows: from what it was made, how it was shared out, what was left out."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from features.cli.console import UserError
from features.definition.structure import HOUSEHOLD
from serving.lists.kept import manifest_path
from serving.lists.run import MadeList


def list_manifest(made: MadeList) -> dict[str, object]:
    """A list as JSON content; the households by number, nobody by name. A preview names no household."""
    pool = made.pool
    moved = made.rows.filter("moved").sort(HOUSEHOLD)
    return {
        "kind": "mopai-list",
        "list_id": made.list_id,
        "recorded": made.standing is not None,
        "simulated": made.simulated,
        "scope": pool.scope,
        "village": made.village,
        "period": pool.period.name,
        "as_of": pool.as_of,
        "newest_record": pool.newest,
        "model_id": pool.model_id,
        "policy": pool.policy_id,
        "seed": pool.seed,
        "capacity": asdict(pool.capacity) | {"overloaded": pool.capacity.overloaded},
        "counts": pool.counts(),
        "random_arm": pool.random_arm,
        "inclusion_probability": pool.capacity.random / others if (others := _by_lot(made)) else 0.0,
        "equal_recall": {"used": pool.equal.used, "why_not": pool.equal.why_not, "group": pool.equal.group}
        | {"cutoffs": None if pool.equal.cutoffs is None else asdict(pool.equal.cutoffs)},
        "left_out": dict(pool.left_out),
        "villages": pool.villages.to_dicts(),
        "moves": moved.select(HOUSEHOLD, "listed", "source").to_dicts() if made.standing else [],
        "warnings": [{"kind": alarm.kind, "zh": alarm.words.zh, "en": alarm.words.en} for alarm in made.alarms],
    }


def write_manifest(made: MadeList, home: Path) -> Path:
    """Keep a list's manifest as ``<home>/lists/<list>.json``; UserError when it cannot be written."""
    path = manifest_path(home, made.list_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.draft")
        text = json.dumps(list_manifest(made), ensure_ascii=False, indent=1, sort_keys=True, default=str)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})", "give another --home") from error
    return path


def _by_lot(made: MadeList) -> int:
    """The households among whom the lot chose."""
    capacity = made.pool.capacity
    return made.pool.frame.height - capacity.duties - capacity.certain
