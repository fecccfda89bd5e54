"""Draw a pilot: households without a duty by lot, those with one for certain, the whole frame logged as assignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.cli.console import UserError
from features.definition import Definition
from features.definition import structure as s
from features.ledger.contracts import table_schema
from features.ledger.store import LedgerStore
from features.state import child_state
from features.table import build_feature_table
from models.policy.duties import duties
from models.policy.policy import load_policies, policy_for
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from models.support import Support
from training.dataset import AS_OF
from training.design.assignments import CHANCE, DRAWN, FRAME_SIZE, LIST, STRATUM
from training.pilot.rules import load_rules
from training.pilot.sheet import write_sheets
from training.pilot.size import PilotSize, pilot_size
from training.windows import seeded_share

PILOT = "pilot"
DUTY, RANDOM = "duty", "random"
SOURCE = "pilot"

_OPEN_STATUS = "open_status"
_CHILDREN = "children"


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """What to draw: a county of a ledger on a day, the wanted half-width and the seed of the lot."""

    ledger: Path
    home: Path
    county: str
    as_of: date
    half_width: float
    out: Path
    definition: Definition
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn pilot: its list, its size, and where its files lie.

    ``duties``: households of the certain stratum; ``folder``: what ``mopai ledger import`` takes.
    """

    list_id: str
    size: PilotSize
    duties: int
    folder: Path
    workbook: Path
    csv: Path


def draw_pilot(request: DrawRequest) -> Drawn:
    """Draw a pilot and write its assignments and its visit lists.

    Raises:
        UserError: there is no ledger, release or county, the half-width is none, or the county has no household yet.
    """
    if not 0 < request.half_width < 0.5:
        raise UserError(f"half-width {request.half_width:g}; wanted a share between 0 and 0.5", "try 0.05")
    store = LedgerStore.open(request.ledger)
    store.require(request.definition)
    tables = store.read(request.county).tables
    households = _households(tables, request)
    if households.is_empty():
        raise UserError(f"no household of county '{request.county}' on {request.as_of}", "give a later --as-of")
    model_id, prevalence = _expected(tables, request)
    free = households.filter(~pl.col(DUTY))
    size = pilot_size(free[_CHILDREN].to_numpy().astype(np.int64), request.half_width, prevalence, load_rules().size)
    name = f"{PILOT}-{request.county}-{request.as_of:%Y%m%d}-{request.seed}"
    rows = _drawn(households, size, request.seed, name)
    folder = request.out / "assignments"
    source = s.SIMULATED_SOURCE if store.simulated else SOURCE
    _write(rows, folder, name, model_id, source, request)
    workbook, csv = write_sheets(rows.filter(DRAWN), request.out, name, request.as_of)
    return Drawn(name, size, households.height - free.height, folder, workbook, csv)


def _households(tables: Mapping[str, pl.DataFrame], request: DrawRequest) -> pl.DataFrame:
    """Each household of the cohort: village, children, and its most urgent duty."""
    definition, as_of = request.definition, request.as_of
    state = pl.DataFrame(child_state(tables, definition, as_of, county=request.county))
    table = build_feature_table(tables, definition, as_of, county=request.county)
    children = pl.DataFrame(table.frame).select(s.CHILD)
    cohort = children.join(state, on=s.CHILD, how="left", maintain_order="left")
    policy = policy_for(load_policies(), definition.name, request.county, as_of)
    policy.check(definition)
    found = duties(tables, cohort, policy, definition.roles.get(_OPEN_STATUS, ()), as_of)
    joined = cohort.select(s.CHILD, s.HOUSEHOLD, s.REGION).join(found, on=s.CHILD, how="left")
    return (
        joined.group_by(s.HOUSEHOLD)
        .agg(
            pl.col(s.REGION).first(),
            pl.len().cast(pl.Int64).alias(_CHILDREN),
            pl.col(DUTY).any(),
            pl.col("duty_due_on").min().alias(s.DUE_ON),
        )
        .sort(s.HOUSEHOLD)
    )


def _expected(tables: Mapping[str, pl.DataFrame], request: DrawRequest) -> tuple[str, float]:
    """The release in use and its mean chance of a new need among children inside its support; 0 without any."""
    bundle = load_bundle(ReleaseStore(request.home).current(), request.definition)
    matrix = build_feature_table(tables, request.definition, request.as_of, county=request.county).matrix()
    inside = ~Support.of(bundle.reference, bundle.model.contract.sources).test(matrix).rows
    if not inside.any():
        return bundle.model_id, 0.0
    scores = bundle.model.score(np.ascontiguousarray(matrix[inside]))
    return bundle.model_id, float(bundle.model.probability(scores).mean())


def _drawn(households: pl.DataFrame, size: PilotSize, seed: int, name: str) -> pl.DataFrame:
    """The frame with stratum, chance and who was drawn; the lot is a seeded hash, the same on any machine."""
    lot = pl.Series("lot", seeded_share(households[s.HOUSEHOLD], seed, name))
    chance = size.households / size.frame if size.frame else 0.0
    free = households.with_columns(lot).filter(~pl.col(DUTY))
    chosen = free.sort("lot", s.HOUSEHOLD)[s.HOUSEHOLD].head(size.households)
    return households.with_columns(
        pl.when(DUTY).then(pl.lit(DUTY)).otherwise(pl.lit(RANDOM)).alias(STRATUM),
        pl.when(DUTY).then(1.0).otherwise(chance).alias(CHANCE),
        (pl.col(DUTY) | pl.col(s.HOUSEHOLD).is_in(chosen.implode())).alias(DRAWN),
    )


def _write(rows: pl.DataFrame, folder: Path, name: str, model_id: str, source: str, request: DrawRequest) -> None:
    """Write the frame as the ledger's table of assignments, in a sender's layout."""
    types = table_schema(request.definition, s.ASSIGNMENTS)
    made = rows.select(
        pl.lit(name).alias(LIST),
        s.HOUSEHOLD,
        pl.lit(request.as_of).alias(AS_OF),
        pl.lit(model_id).alias("model_id"),
        STRATUM,
        pl.lit(rows.height).alias(FRAME_SIZE),
        CHANCE,
        DRAWN,
        pl.format("{}:{}", pl.lit(name), s.HOUSEHOLD).alias(s.ROW_ID),
        pl.lit(request.as_of).alias(s.VALID_FROM),
        pl.lit(request.as_of).alias(s.RECORDED_ON),
        pl.lit(source).alias(s.SOURCE),
        pl.lit(request.definition.version).alias(s.DEFINITION_VERSION),
    )
    blank = [pl.lit(None).alias(column) for column in types if column not in made.columns]
    target = folder / request.county / f"{s.ASSIGNMENTS}.parquet"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made.with_columns(blank).select(list(types)).cast(pl.Schema(types)).write_parquet(target)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror})", "give --out another folder") from error
