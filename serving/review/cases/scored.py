"""What the scores say of the children of a household, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition.structure import COUNTY_DIGITS, HOUSEHOLD
from serving.batch.folder import ScoreFolder
from serving.batch.output import MANIFEST, standing
from serving.cases import Case, FeatureWords, case_of
from serving.review.cases.sorted_rows import SortedRows
from serving.review.desk import Desk

# Counties whose scores are kept in memory; see the ledger's tables.
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Scored:
    """The children of a household as they were scored on a day, by child."""

    as_of: date
    model_id: str
    cases: Mapping[str, Case]


def scored(desk: Desk, household_id: str, region_code: str, definition: Definition) -> Scored | None:
    """The scores of a household; None where there are none, or none of this definition.

    Whoever calls asks only for a household that its viewer may see.
    """
    folder, county = desk.folders.scores, region_code[:COUNTY_DIGITS]
    if folder is None:
        return None
    try:
        state = (standing(folder) / MANIFEST).stat()
        opened = _opened(folder, state.st_mtime_ns, state.st_size)
        if opened.manifest.definition_hash != definition.hash or county not in opened.counties():
            return None
        path = opened.folder / f"{county}.parquet"
        rows = _rows(path, opened.manifest.files.get(path.name, "")).rows([household_id])
    except (OSError, UserError, pl.exceptions.PolarsError):
        return None
    policy, words = opened.manifest.policy_of(county), _words(_Keyed(definition))
    cases = {row["child_id"]: case_of(row, policy, words) for row in rows}
    return Scored(opened.manifest.as_of, opened.manifest.model_id, cases) if cases else None


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A definition known by the hash of its content, as the cache below needs it."""

    definition: Definition

    def __hash__(self) -> int:
        return hash(self.definition.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.definition.hash == self.definition.hash


@lru_cache(maxsize=4)
def _words(keyed: _Keyed) -> FeatureWords:
    return FeatureWords.of(keyed.definition)


@lru_cache(maxsize=4)
def _opened(folder: Path, changed: int, size: int) -> ScoreFolder:  # noqa: ARG001 - they tell of new scores
    return ScoreFolder.open(folder)


@lru_cache(maxsize=_KEPT)
def _rows(path: Path, sha256: str) -> SortedRows:  # noqa: ARG001 - it tells of new scores
    return SortedRows.of(pl.read_parquet(path), HOUSEHOLD)
