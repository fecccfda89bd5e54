"""The same region on the same day, scored and ordered by two models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import Progress, UserError, silent
from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.membership import with_groups
from features.parallel import map_processes
from features.state import child_state
from features.table import build_feature_table
from models.risk_model import RiskModel
from training.challenger.windows import CHALLENGER, RELEASE
from training.dataset import COUNTY
from training.metrics import first_places

PLACE = "place_"


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Which region of which ledger on which day, and the two models. ``seed`` draws the lots of equal scores."""

    ledger: Path
    region: str
    as_of: date
    definition: Definition
    challenger: RiskModel
    release: RiskModel
    seed: int


@dataclass(frozen=True, slots=True)
class _CountyJob:
    request: ListRequest
    county: str


def both_lists(request: ListRequest, *, workers: int | None = None, progress: Progress = silent) -> pl.DataFrame:
    """The cohort of the region with the place each model gives a child.

    Children whose guardian refused the model are put to neither.

    Returns:
        child_id, household_id, county, group_NAME per audit group, place_challenger, place_release; places from 1.

    Raises:
        UserError: the ledger holds no county of the region, or no child of it was known by that day.
    """
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    jobs = [_CountyJob(request, county) for county in store.counties(request.region)]
    scored = map_processes(_scored_county, jobs, workers=workers, progress=progress, note=lambda job: job.county)
    if not scored or not sum(frame.height for frame in scored):
        raise UserError(
            f"{request.ledger}: no child of region '{request.region}' was known by {request.as_of}",
            f"the ledger holds: {', '.join(store.counties())}",
        )
    rows = pl.concat(scored).sort(s.CHILD)
    lots = np.random.default_rng(request.seed).random(rows.height)
    return rows.with_columns(
        pl.Series(f"{PLACE}{name}", _places(rows[name].to_numpy(), lots)) for name in (CHALLENGER, RELEASE)
    ).drop(CHALLENGER, RELEASE)


def _scored_county(job: _CountyJob) -> pl.DataFrame:
    request = job.request
    tables = LedgerStore.open(request.ledger).read(job.county).tables
    table = build_feature_table(tables, request.definition, request.as_of, county=job.county)
    cohort = pl.DataFrame(table.frame).select(s.CHILD, s.HOUSEHOLD)
    state = pl.DataFrame(child_state(tables, request.definition, request.as_of, county=job.county))
    keep = ~cohort[s.CHILD].is_in(_refused(state, request.as_of).implode())
    matrix = np.ascontiguousarray(table.matrix()[keep.to_numpy()])
    rows = with_groups(cohort, tables, request.definition, request.as_of, county=job.county).filter(keep)
    return rows.with_columns(
        pl.lit(job.county).alias(COUNTY),
        pl.Series(CHALLENGER, request.challenger.score(matrix), dtype=pl.Float64),
        pl.Series(RELEASE, request.release.score(matrix), dtype=pl.Float64),
    )


def _refused(state: pl.DataFrame, as_of: date) -> pl.Series:
    if s.REFUSED_ON not in state.columns:
        return state[s.CHILD].clear()
    return state.filter(pl.col(s.REFUSED_ON) <= as_of)[s.CHILD]


def _places(scores: npt.NDArray[np.float64], lots: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    places = np.empty(scores.size, dtype=np.int64)
    places[first_places(scores, scores.size, lots)] = np.arange(1, scores.size + 1)
    return places
