"""Rows to learn from and to evaluate on: every county at every as-of date of the plan, features beside labels.

Counties are built in separate processes and kept as files, so that memory holds one county per process, and later
only the rows the fit may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from features.cli.console import Progress, UserError, silent
from features.contract import FeatureContract, feature_contract
from features.definition import Definition
from features.definition import structure as s
from features.ledger.store import LedgerStore
from features.membership import group_columns, with_groups
from features.parallel import map_processes
from features.table import build_feature_table
from training.baselines import simple_facts
from training.labels import ALL_NEEDS, LABEL, VisitOutcomes, domain_labels, label_cohort, visit_outcomes
from training.leakage import features_that_move
from training.plan import ScreeningPlan
from training.simple_orders import SimpleOrders
from training.windows import WINDOW_NAMES, WindowName, Windows, plan_windows, seeded_share

Matrix = npt.NDArray[np.float32]

AS_OF = "as_of"
COUNTY = "county"
HELD_OUT = "held_out"
_EVIDENCE = (s.VISITS, s.ASSESSMENTS, s.FINDINGS)


@dataclass(frozen=True, slots=True)
class Part:
    """Feature values, float32 (n, p) in the contract's order, and beside them what is known of each row.

    ``rows``: child_id, household_id, region_code, county, as_of, visit_id, visitor_id (audit only), label, all_needs,
    held_out, the facts simple rankers use, the label of each domain and the audit groups. Both have the same n rows in
    one order.
    """

    matrix: Matrix
    rows: pl.DataFrame

    def where(self, keep: npt.NDArray[np.bool_]) -> Part:
        """The rows where ``keep``, shape (n,), is true."""
        return Part(np.asarray(self.matrix[keep]), self.rows.filter(pl.Series(keep)))


@dataclass(frozen=True, slots=True)
class Dataset:
    """The built rows of a ledger, as files under ``folder``, and the counts behind them.

    ``counts``: one row per county, window and as-of date and outcome with the number of children and how many new
    needs were recorded where the label must stay null. ``moved``: features that changed when the rows recorded after
    the as-of date were taken away; none in a sound ledger layer.
    """

    folder: Path
    contract: FeatureContract
    windows: Windows
    counties: tuple[str, ...]
    counts: pl.DataFrame
    moved: tuple[str, ...]

    def parts(self, window: WindowName) -> Iterator[Part]:
        """The rows of a window, one county at a time; the matrix stays on disk until it is read.

        Of the fit window only rows are kept that some label, of all domains or of one, can be learned from.
        """
        for county in self.counties:
            stem = self.folder / f"{county}-{window}"
            yield Part(np.load(stem.with_suffix(".npy"), mmap_mode="r"), pl.read_parquet(stem.with_suffix(".parquet")))

    def learning_part(self, window: WindowName, rows_at_most: int, seed: int, labels: Sequence[str] = (LABEL,)) -> Part:
        """Rows with one of the labels, of households that are not held out.

        Above ``rows_at_most`` they are thinned by whole households.
        """
        kept = [_learnable(part, labels, 1.0, seed) for part in self.parts(window)]
        total = sum(int(keep.sum()) for keep in kept)
        if total > rows_at_most:
            kept = [_learnable(part, labels, rows_at_most / total, seed) for part in self.parts(window)]
        matrix = np.empty((sum(int(keep.sum()) for keep in kept), len(self.contract.names)), dtype=np.float32)
        rows, start = [], 0
        for part, keep in zip(self.parts(window), kept, strict=True):
            chosen = part.where(keep)
            matrix[start : start + len(chosen.matrix)] = chosen.matrix
            start += len(chosen.matrix)
            rows.append(chosen.rows)
        return Part(matrix, pl.concat(rows))


@dataclass(frozen=True, slots=True)
class _CountyJob:
    ledger: Path
    county: str
    definition: Definition
    plan: ScreeningPlan
    windows: Windows
    folder: Path
    verify_on: date | None


@dataclass(frozen=True, slots=True)
class _CountyResult:
    counts: pl.DataFrame
    moved: tuple[str, ...]


def build_dataset(
    ledger: Path,
    plan: ScreeningPlan,
    definition: Definition,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Build the rows of every county of a ledger into ``folder``.

    Raises:
        UserError: there is no ledger, it holds no visit, or its records are too short for the plan's windows.
    """
    store = LedgerStore.open(ledger)
    counties = store.counties()
    windows = plan_windows(plan, *_data_range(store, counties))
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [
        _CountyJob(ledger, county, definition, plan, windows, folder, windows.test[0] if number == 0 else None)
        for number, county in enumerate(counties)
    ]
    results = map_processes(_build_county, jobs, workers=workers, progress=progress, note=lambda job: job.county)
    return Dataset(
        folder=folder,
        contract=feature_contract(definition),
        windows=windows,
        counties=counties,
        counts=pl.concat([result.counts for result in results]),
        moved=tuple(name for result in results for name in result.moved),
    )


def _data_range(store: LedgerStore, counties: tuple[str, ...]) -> tuple[date, date]:
    """The day of the first visit and the day of the newest record of visits and what they found."""
    firsts: list[object] = []
    lasts: list[object] = []
    for county in counties:
        tables = store.read(county, _EVIDENCE).tables
        firsts.append(tables[s.VISITS][s.VISITED_ON].min())
        lasts.extend(tables[name][s.RECORDED_ON].max() for name in _EVIDENCE)
    first, last = ([day for day in found if isinstance(day, date)] for found in (firsts, lasts))
    if not first:
        raise UserError("the ledger holds no visit", "import the visits table; without visits nothing can be learned")
    return min(first), max(last)


def _build_county(job: _CountyJob) -> _CountyResult:
    tables = LedgerStore.open(job.ledger).read(job.county).tables
    refused = _refused(tables, job.definition)
    counts = []
    for window in WINDOW_NAMES:
        outcomes = visit_outcomes(tables, job.definition, job.plan, job.windows.known_by(window))
        parts = []
        for as_of in job.windows.dates(window):
            part, counted = _build_date(job, tables, outcomes, refused, as_of)
            counts.append(counted.with_columns(pl.lit(window).alias("window"), pl.lit(job.county).alias(COUNTY)))
            parts.append(_learnable_only(part, job) if window == "fit" else part)
        stem = job.folder / f"{job.county}-{window}"
        np.save(stem.with_suffix(".npy"), np.concatenate([part.matrix for part in parts]))
        pl.concat([part.rows for part in parts]).write_parquet(stem.with_suffix(".parquet"))
    return _CountyResult(pl.concat(counts), _moved(job, tables))


def _moved(job: _CountyJob, tables: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    as_of = job.verify_on
    if as_of is None:
        return ()
    return features_that_move(
        tables, as_of, lambda rows: build_feature_table(rows, job.definition, as_of, county=job.county)
    )


def _build_date(
    job: _CountyJob, tables: Mapping[str, pl.DataFrame], outcomes: VisitOutcomes, refused: pl.Series, as_of: date
) -> tuple[Part, pl.DataFrame]:
    table = build_feature_table(tables, job.definition, as_of, county=job.county)
    cohort = pl.DataFrame(table.frame).select(s.CHILD, s.HOUSEHOLD, s.REGION)
    keep = ~cohort[s.CHILD].is_in(refused)
    labelled = label_cohort(cohort.filter(keep), outcomes, as_of, job.plan.label.horizon_days)
    share = seeded_share(labelled[s.HOUSEHOLD], job.plan.seed, "new household")
    counted = labelled.group_by("outcome").agg(
        pl.len().alias("children"), pl.col("partly_positive").sum(), pl.col(LABEL).sum().alias("new_needs")
    )
    orders = SimpleOrders.of(job.definition)
    ordered = orders.added(simple_facts(labelled, tables, as_of), tables, job.definition, as_of)
    rows = with_groups(ordered, tables, job.definition, as_of, county=job.county).select(
        s.CHILD,
        s.HOUSEHOLD,
        s.REGION,
        pl.lit(job.county).alias(COUNTY),
        pl.lit(as_of).alias(AS_OF),
        s.VISIT,
        s.VISITOR,
        LABEL,
        ALL_NEEDS,
        pl.Series(HELD_OUT, share < job.plan.new_household_share),
        "days_since_visit",
        "last_severity",
        "days_since_finding",
        *orders.columns,
        *domain_labels(job.plan.domains(job.definition)),
        *group_columns(job.definition),
    )
    return Part(table.matrix()[keep.to_numpy()], rows), counted.with_columns(pl.lit(as_of).alias(AS_OF))


def _refused(tables: Mapping[str, pl.DataFrame], definition: Definition) -> pl.Series:
    """Children whose guardian ever refused the model in a row that stands, whenever it was recorded.

    Nothing is learned from them and they are not ranked by it.
    """
    children = tables[s.CHILDREN]
    if s.REFUSED_ON not in definition.tables[s.CHILDREN].columns:
        return children[s.CHILD].clear()
    stands = ~pl.col(s.ROW_ID).is_in(children[s.RETRACTS].drop_nulls().implode()) & pl.col(s.RETRACTS).is_null()
    return children.filter(pl.col(s.REFUSED_ON).is_not_null() & stands)[s.CHILD]


def _learnable_only(part: Part, job: _CountyJob) -> Part:
    labels = (LABEL, *domain_labels(job.plan.domains(job.definition)))
    return part.where(_learnable(part, labels, 1.0, job.plan.seed))


def _learnable(part: Part, labels: Sequence[str], share: float, seed: int) -> npt.NDArray[np.bool_]:
    known = pl.any_horizontal(pl.col(label).is_not_null() for label in labels)
    keep: npt.NDArray[np.bool_] = part.rows.select(known & ~pl.col(HELD_OUT)).to_series().to_numpy()
    return keep if share >= 1 else keep & (seeded_share(part.rows[s.HOUSEHOLD], seed, "thin") < share)
