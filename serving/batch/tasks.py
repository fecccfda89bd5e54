"""One county: score it into a staged file, in a worker process; then give it the region's places."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

import polars as pl

from features.area import area_table
from features.definition.structure import ASSIGNMENTS, CHILD, HOUSEHOLD, REGION
from features.known import HOME
from features.ledger.manifest import sha256_of
from features.ledger.store import LedgerStore
from models.domains import LIKELY
from models.policy.ordering import DRIVER
from serving.batch.alarms import CountyFacts, alarm_limits
from serving.batch.apart import apart
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
    score_known,
)
from serving.batch.known import KnownCounty, Tables
from serving.batch.outside import left_with_finding
from serving.batch.ranks import RANK_COUNTY, RANK_REGION, RANK_VILLAGE, in_region, with_county_ranks

AREA = "area"
# Of zstd: higher ones take longer and save little. Statistics serve nobody: files of scores are read whole.
_LEVEL = 1

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

    @property
    def area(self) -> Path:
        """The file of the county's area table."""
        return self.staging / AREA / f"{self.county}.parquet"


@dataclass(frozen=True, slots=True)
class CountyScored:
    """What is known of a county once it is scored, with the rules its duties name.

    ``files``: the sha256 of what was staged for it, by relative name.
    """

    task: CountyTask
    facts: CountyFacts
    rules: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)


def score_counties(tasks: Sequence[CountyTask]) -> list[CountyScored]:
    """Read, score and stage counties that are scored alike, each with its area table: the same bytes as one by one.

    Those that share a child, a household or an event, as after a move, are scored one after the other.
    """
    tables = {task.county: task.store.read(task.county, _read_tables(task)).tables for task in tasks}
    keys = tasks[0].scoring.definition.tables
    done: dict[str, CountyScored] = {}
    for counties in apart(tables, {name: keys[name].key for name in _read_tables(tasks[0])}):
        chosen = [task for task in tasks if task.county in counties]
        done |= _scored_together(chosen, {county: tables[county] for county in counties})
    return [done[task.county] for task in tasks]


def _scored_together(tasks: Sequence[CountyTask], parts: Mapping[str, Tables]) -> dict[str, CountyScored]:
    scoring = tasks[0].scoring
    known = KnownCounty.together(parts, scoring.definition, scoring.as_of)
    scored, table = score_known(known, scoring)
    area: pl.DataFrame | None = table.area
    if area is None:
        area = area_table(known.latest, scoring.definition, scoring.as_of, county="")
    rows = in_region(with_county_ranks(scored), tasks[0].region)
    left = _outside(tasks[0], known, rows)
    by_county = rows.partition_by(HOME, as_dict=True, include_key=False, maintain_order=True)
    done = {}
    for task in tasks:
        own = by_county.get((task.county,), rows.clear().drop(HOME))
        around = area.filter(pl.col(REGION).str.starts_with(task.county))
        files = _stage(task, own, around)
        rules = own["duty_rules"].explode().struct.field("rule").drop_nulls().unique().sort()
        facts = _facts(task, own, known.newest[task.county], int((left == task.county).sum()))
        done[task.county] = CountyScored(task, facts, tuple(rules), files)
    return done


def _stage(task: CountyTask, rows: pl.DataFrame, area: pl.DataFrame) -> dict[str, str]:
    # Plain offsets: a column that was cut out of several counties must not bring along the words of the others.
    plain = pl.CompatLevel.oldest()
    written = {
        task.area: write(task.area, area.write_parquet),
        task.staged: write(task.staged, lambda to: rows.write_ipc(to, compression="lz4", compat_level=plain)),
    }
    return {str(path.relative_to(task.staging)): digest for path, digest in written.items()}


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
    return {
        target.name: write(target, lambda to: rows.write_parquet(to, compression_level=_LEVEL, statistics=False)),
        str(task.area.relative_to(task.staging)): sha256_of(task.area),
    }


def write(path: Path, content: Callable[[BinaryIO], object]) -> str:
    """Write a file whole under its name, or not at all; returns its sha256.

    Raises:
        OSError: the disk is full, or the folder may not be written.
    """
    held = io.BytesIO()
    content(held)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(held.getbuffer())
    unfinished.replace(path)
    return hashlib.sha256(held.getbuffer()).hexdigest()


def _read_tables(task: CountyTask) -> list[str]:
    """What lists say about a household is no fact about it, and nothing here reads it."""
    return [name for name in task.store.manifest.columns if name != ASSIGNMENTS]


def _outside(task: CountyTask, known: KnownCounty, rows: pl.DataFrame) -> pl.Series:
    """The county of each child outside the cohort with a severe open finding that no listed child carries."""
    open_status = task.scoring.definition.roles.get(OPEN_STATUS, ())
    least = alarm_limits().outside_severity
    state = in_region(known.state, task.region)
    left = left_with_finding(known.latest, state, rows, open_status, least, known.as_of)
    return state.filter(pl.col(CHILD).is_in(left.implode()))[HOME]


def _facts(task: CountyTask, rows: pl.DataFrame, newest: date | None, outside: int) -> CountyFacts:
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
