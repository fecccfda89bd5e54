"""The scores of a county on a day: made here with the release, or as a folder of scores has them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition import structure as s
from features.state import child_state
from features.table import FeatureTable, build_feature_table
from models.risk_model import RiskModel

SCORE = "score"
PROBABILITY = "probability"

_COLUMNS = (s.CHILD, s.HOUSEHOLD, SCORE, PROBABILITY)
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class ScoredDay:
    """The scored children of a county on a day: child_id, household_id, score, probability; sorted by child."""

    as_of: date
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """A folder of scores that a run wrote: the day and release they speak for, and the sha256 of each file."""

    folder: Path
    as_of: date
    model_id: str
    files: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path) -> ScoreRun:
        """Open a folder of scores. UserError when it is none."""
        try:
            raw = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            return cls(folder, date.fromisoformat(raw["as_of"]), str(raw["model_id"]), dict(raw["files"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{folder}: no folder of scores", "give --scores a folder that mopai score wrote"
            ) from error

    def county(self, county: str) -> ScoredDay | None:
        """The children of a county that have a score; None when the run scored another region.

        Raises:
            UserError: the file is not the one the run wrote.
        """
        name = f"{county}.parquet"
        if name not in self.files:
            return None
        path = self.folder / name
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != self.files[name]:
            raise UserError(f"{path}: missing or changed since it was written", "score the region again")
        rows = pl.read_parquet(content, columns=list(_COLUMNS))
        return ScoredDay(self.as_of, rows.filter(pl.col(SCORE).is_not_null()).sort(s.CHILD))


def score_day(
    table: FeatureTable, tables: Mapping[str, pl.DataFrame], model: RiskModel, definition: Definition
) -> ScoredDay:
    """Score a county's cohort, but for the children whose guardian refused the model by that day."""
    children = pl.DataFrame(table.frame).select(s.CHILD, s.HOUSEHOLD)
    allowed = ~children[s.CHILD].is_in(refused_children(tables, definition, table.as_of, table.county).implode())
    scores = model.score(np.ascontiguousarray(table.matrix()[allowed.to_numpy()]))
    rows = children.filter(allowed).with_columns(
        pl.Series(SCORE, scores, dtype=pl.Float64), pl.Series(PROBABILITY, model.probability(scores), dtype=pl.Float64)
    )
    return ScoredDay(table.as_of, rows)


def score_earlier(
    tables: Mapping[str, pl.DataFrame], county: str, model: RiskModel, definition: Definition, as_of: date
) -> ScoredDay:
    """Score a county as it was known on an earlier day."""
    return score_day(build_feature_table(tables, definition, as_of, county=county), tables, model, definition)


def refused_children(tables: Mapping[str, pl.DataFrame], definition: Definition, as_of: date, county: str) -> pl.Series:
    """The children whose guardian refused the model by a day."""
    state = pl.DataFrame(child_state(tables, definition, as_of, county=county))
    if s.REFUSED_ON not in state.columns:
        return state[s.CHILD].clear()
    return state.filter(pl.col(s.REFUSED_ON) <= as_of)[s.CHILD]
