"""One county: score it into a staged file, in a worker process; then give it the region's places."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.area import area_table
from features.definition.structure import ASSIGNMENTS, CHILD, HOUSEHOLD, RECORDED_ON, REGION
from features.known import known_rows
from features.ledger.manifest import sha256_of
from features.ledger.store import LedgerStore
from features.state import child_state
from models.domains import LIKELY
from models.policy.ordering import DRIVER
from serving.batch.alarms import CountyFacts, alarm_limits
from serving.batch.county import (
    DATA_AGE,
    FACTS_OUTSIDE,
    NO_SCORE,
    OPEN_STATUS,
    REFUSED,
    SCORED,
    SUSPENDED,
    WHY_NO_SCORE,
    Scoring,
    Tables,
    score_children,
)
from serving.batch.outside import outside_with_finding
from serving.batch.ranks import RANK_COUNTY, RANK_REGION, RANK_VILLAGE, in_region, with_county_ranks

AREA = "area"

SCORE_COLUMNS = (
    CHILD, HOUSEHOLD, REGION, "as_of", "status", WHY_NO_SCORE, FACTS_OUTSIDE, "duty", "duty_rule", "duty_due_on",
    "duty_overdue_days", "duty_rules", "score", "probability", "band", RANK_VILLAGE, RANK_COUNTY, RANK_REGION, DRIVER,
    "official_level", "official_level_on", "official_level_by", "reasons_up", "reasons_down", "not_known", LIKELY,
    "model_id", "definition_version", DATA_AGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountyTask:
    """A county to score into a staging folder, or the part of it that lies in the region."""

    store: LedgerStore
    county: str
    region: str
    scoring: Scoring
    staging: Path

    @property
    def staged(self) -> Path:
        """The staged file of the county's scores, without the region's places."""
        return self.staging / f"{self.county}.arrow"


@dataclass(frozen=True, slots=True)
class CountyScored:
    """What is known of a county once it is scored, with the rules its duties name."""

    task: CountyTask
    facts: CountyFacts
    rules: tuple[str, ...]


def score_county(task: CountyTask) -> CountyScored:
    """Read, score and stage one county, with its area table beside it."""
    tables = task.store.read(task.county).tables
    as_of, definition = task.scoring.as_of, task.scoring.definition
    area = area_table(tables, definition, as_of, county=task.county)
    area.write_parquet(task.staging / AREA / f"{task.county}.parquet")
    scored = with_county_ranks(score_children(tables, task.county, task.scoring, area))
    rows = in_region(scored, task.region)
    rows.write_ipc(task.staged)
    rules = rows["duty_rules"].explode().struct.field("rule").drop_nulls().unique().sort()
    outside = _outside(task, tables, rows)
    return CountyScored(task, _facts(task, rows, newest_recorded(tables, as_of), outside), tuple(rules))


def finish_county(task: CountyTask, ranks: pl.DataFrame) -> dict[str, str]:
    """Write a staged county's file of scores with the places of its households in the region.

    Args:
        task: the county.
        ranks: household_id and rank_region.

    Returns:
        The sha256 of each of the county's files, by relative name.
    """
    target = task.staging / f"{task.county}.parquet"
    staged = pl.read_ipc(task.staged)
    rows = staged.join(ranks, on=HOUSEHOLD, how="left", maintain_order="left").select(SCORE_COLUMNS)
    rows.write_parquet(target)
    task.staged.unlink()
    files = (target, task.staging / AREA / target.name)
    return {str(path.relative_to(task.staging)): sha256_of(path) for path in files}


def newest_recorded(tables: Tables, as_of: dt.date) -> dt.date | None:
    """The last day, up to ``as_of``, on which anything was recorded in a county; None when nothing was."""
    days = [
        known_rows(frame, as_of).to_native()[RECORDED_ON].max() for name, frame in tables.items() if name != ASSIGNMENTS
    ]
    return max((day for day in days if isinstance(day, dt.date)), default=None)


def _outside(task: CountyTask, tables: Tables, rows: pl.DataFrame) -> int:
    scoring = task.scoring
    state: pl.DataFrame = child_state(tables, scoring.definition, scoring.as_of, county=task.county)
    open_status = scoring.definition.roles.get(OPEN_STATUS, ())
    least = alarm_limits().outside_severity
    return outside_with_finding(tables, in_region(state, task.region), rows, open_status, least, scoring.as_of)


def _facts(task: CountyTask, rows: pl.DataFrame, newest: dt.date | None, outside: int) -> CountyFacts:
    lowest, highest = rows["score"].min(), rows["score"].max()
    region = task.scoring.region
    return CountyFacts(
        county=task.county,
        children=rows.height,
        households=rows[HOUSEHOLD].n_unique(),
        scored=int((rows["status"] == SCORED).sum()),
        refused=int((rows["status"] == REFUSED).sum()),
        suspended=int((rows["status"] == SUSPENDED).sum()),
        no_score=int((rows["status"] == NO_SCORE).sum()),
        standing=region.standing,
        accepted=region.accepted,
        own_calibration=region.calibration is not None,
        duties=int(rows["duty"].sum()),
        overdue=int((rows["duty_overdue_days"] > 0).sum()),
        duty_households=rows.filter(pl.col("duty"))[HOUSEHOLD].n_unique(),
        outside_with_finding=outside,
        newest_recorded_on=newest,
        lowest_score=lowest if isinstance(lowest, float) else None,
        highest_score=highest if isinstance(highest, float) else None,
    )
