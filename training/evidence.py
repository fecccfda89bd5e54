"""What a trained model was judged on, kept so that audit, promotion and monitoring need not train again.

One folder per model below the home: the scored rows of every window that judged it (pseudonyms, labels, rankings,
audit groups), what it saw, and the plan. It holds rows of children and stays where the ledger is: never in MLflow.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import TypeAdapter

from features.cli.console import UserError
from features.definition import Definition
from training.evaluation import EstimateName, rows_of
from training.plan import ScreeningPlan
from training.windows import WindowName

FOLDER = "evidence"
FACTS = "evidence.json"
JUDGED_WINDOWS: tuple[WindowName, ...] = ("calibrate", "test")

_SEEN = "seen.parquet"
_PLAN: TypeAdapter[ScreeningPlan] = TypeAdapter(ScreeningPlan)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one model was judged on.

    ``rows``: per judged window one row per child and as-of date (see ``training.dataset.Part``) with a column per
    ranking and the calibrated probability. ``seen``: child_id and household_id of every row that fit or calibration
    saw. ``cut``: the data cut-off: labels use what the ledger knew on that day. ``dates``: first and last as-of date of
    each window. ``figures``: the run's figures by name.
    """

    model_id: str
    plan: ScreeningPlan
    definition_hash: str
    data_hash: str
    simulated: bool
    cut: date
    dates: Mapping[str, tuple[str, str]]
    figures: Mapping[str, float | None]
    rows: Mapping[WindowName, pl.DataFrame]
    seen: pl.DataFrame

    def estimate_rows(self, name: EstimateName, window: WindowName = "test") -> pl.DataFrame:
        """The rows that an estimate of a window speaks of."""
        return rows_of(name, self.rows[window], self.seen)


def evidence_folder(home: Path, model_id: str) -> Path:
    """Where the evidence of a model lies; also where its audit is kept."""
    return home / FOLDER / model_id


def write_evidence(home: Path, evidence: Evidence) -> Path:
    """Keep the evidence of a model in one step; evidence of an earlier, equal run is replaced."""
    folder = evidence_folder(home, evidence.model_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".draft-"))
    try:
        for window, rows in evidence.rows.items():
            rows.write_parquet(draft / f"{window}.parquet")
        evidence.seen.write_parquet(draft / _SEEN)
        (draft / FACTS).write_text(_facts(evidence), encoding="utf-8")
        _put(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def read_evidence(home: Path, model_id: str, definition: Definition) -> Evidence:
    """Read the evidence of a model.

    Raises:
        UserError: there is none, it is half a folder, or it speaks of another definition.
    """
    folder = evidence_folder(home, model_id)
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        rows = {window: pl.read_parquet(folder / f"{window}.parquet") for window in JUDGED_WINDOWS}
        seen = pl.read_parquet(folder / _SEEN)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise UserError(f"no evidence of model {model_id} under {folder}", "train it in this home again") from error
    if facts["definition_hash"] != definition.hash:
        raise UserError(
            f"the evidence of model {model_id} was made with another version of the definition '{definition.name}'",
            "name that definition with --definition, or train again",
        )
    return Evidence(
        model_id=model_id,
        plan=_PLAN.validate_python(facts["plan"]),
        definition_hash=facts["definition_hash"],
        data_hash=facts["data_hash"],
        simulated=facts["simulated"],
        cut=date.fromisoformat(facts["cut"]),
        dates={name: (first, last) for name, (first, last) in facts["dates"].items()},
        figures=facts["figures"],
        rows=rows,
        seen=seen,
    )


def _facts(evidence: Evidence) -> str:
    content = {
        "model_id": evidence.model_id,
        "plan": _PLAN.dump_python(evidence.plan, mode="json"),
        "definition_hash": evidence.definition_hash,
        "data_hash": evidence.data_hash,
        "simulated": evidence.simulated,
        "cut": evidence.cut.isoformat(),
        "dates": dict(evidence.dates),
        "figures": dict(evidence.figures),
    }
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def _put(draft: Path, folder: Path) -> None:
    """Move the draft's files in, the facts last: a folder without them is half a folder and says so."""
    folder.mkdir(exist_ok=True)
    for path in sorted(draft.iterdir(), key=lambda path: path.name == FACTS):
        path.replace(folder / path.name)
