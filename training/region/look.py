"""One county beside a release, before anybody is listed; what a worker returns holds no child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.membership import group_columns, with_groups
from features.state import child_state
from features.table import FeatureTable, build_feature_table
from models.release.reference import ReferenceDistribution
from models.risk_model import RiskModel
from models.support import Support
from training.monitor.county import FeatureWatch, newest_recorded, watch_features
from training.monitor.limits import MonitorLimits
from training.region.coverage import ColumnSeen, TableSeen, columns_seen, tables_seen

OF_PLACE = "group_county"


@dataclass(frozen=True, slots=True)
class Release:
    """The release that a county is held against.

    ``size``: how many children its reference stands for. ``groups``: children of the reference by audit group and
    value; None where there is no evidence to count them in. ``without_model``: the support domains without one.
    """

    model_id: str
    model: RiskModel
    reference: ReferenceDistribution
    size: int
    groups: Mapping[tuple[str, str], int] | None
    without_model: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookJob:
    """A county to look at on a day."""

    store: LedgerStore
    county: str
    as_of: date
    definition: Definition
    release: Release
    limits: MonitorLimits


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """Children of an audit group here and in the reference."""

    column: str
    value: str
    children: int
    reference: int


@dataclass(frozen=True, slots=True)
class CountyLook:
    """What was seen of a county.

    ``outside``: children outside the model's support; ``facts``: the share of all children for whom a fact lies
    outside, by feature, the most frequent first. ``mean_chance``: the model's mean chance of a new need here, None
    without children. ``groups`` is None where the reference's are not known.
    """

    county: str
    as_of: date
    simulated: bool
    children: int
    households: int
    newest: date | None
    columns: tuple[ColumnSeen, ...]
    tables: tuple[TableSeen, ...]
    features: tuple[FeatureWatch, ...]
    outside: int
    least_facts: int
    facts: tuple[tuple[str, float], ...]
    mean_chance: float | None
    groups: tuple[GroupSeen, ...] | None

    @property
    def outside_share(self) -> float:
        """The share of children outside the model's support."""
        return self.outside / self.children if self.children else 0.0


def look_at(job: LookJob) -> CountyLook:
    """Look at one county."""
    release, definition = job.release, job.definition
    tables = job.store.read(job.county).tables
    table = build_feature_table(tables, definition, job.as_of, county=job.county)
    rows, matrix = pl.DataFrame(table.frame), table.matrix()
    support = Support.of(release.reference, release.model.contract.sources)
    outside = support.test(matrix)
    order = np.argsort(-outside.facts.sum(axis=0), kind="stable")
    share = outside.facts.mean(axis=0) if len(matrix) else np.zeros(len(support.sources))
    inside = np.ascontiguousarray(matrix[~outside.rows])
    chance = release.model.probability(release.model.score(inside))
    return CountyLook(
        county=job.county,
        as_of=job.as_of,
        simulated=job.store.simulated,
        children=rows.height,
        households=rows[s.HOUSEHOLD].n_unique(),
        newest=newest_recorded(tables, job.as_of),
        columns=columns_seen(_cohort_state(tables, table, job), definition, release.reference),
        tables=tables_seen(tables, definition, job.as_of),
        features=watch_features(table, definition, release.reference, release.size, job.limits.drift),
        outside=int(outside.rows.sum()),
        least_facts=support.least,
        facts=tuple((support.sources[place], float(share[place])) for place in order.tolist() if share[place] > 0),
        mean_chance=float(chance.mean()) if len(chance) else None,
        groups=None if release.groups is None else _groups(rows, tables, job, release.groups),
    )


def _cohort_state(tables: Mapping[str, pl.DataFrame], table: FeatureTable, job: LookJob) -> pl.DataFrame:
    state = pl.DataFrame(child_state(tables, job.definition, job.as_of, county=job.county))
    return pl.DataFrame(table.frame).select(s.CHILD).join(state, on=s.CHILD, how="left", maintain_order="left")


def _groups(
    rows: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    job: LookJob,
    reference: Mapping[tuple[str, str], int],
) -> tuple[GroupSeen, ...]:
    """The groups of children here; the county itself is new by definition and no group."""
    members = with_groups(rows.select(s.CHILD, s.HOUSEHOLD), tables, job.definition, job.as_of, county=job.county)
    found = []
    for column in group_columns(job.definition):
        if column == OF_PLACE:
            continue
        counts = members[column].drop_nulls().value_counts().sort(column)
        found += [GroupSeen(column, value, count, reference.get((column, value), 0)) for value, count in counts.rows()]
    return tuple(found)


def groups_of(rows: pl.DataFrame, definition: Definition) -> dict[tuple[str, str], int]:
    """Children by audit group and value among the rows of a model's evidence, each child once."""
    found: dict[tuple[str, str], int] = {}
    for column in group_columns(definition):
        counts = rows.group_by(column).agg(pl.col(s.CHILD).n_unique()).drop_nulls().rows()
        found |= {(column, str(value)): int(count) for value, count in counts}
    return found
