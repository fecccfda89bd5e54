"""Simulated provinces and what the product measures on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from features.definition import Definition, load_definition
from features.ledger.importer import import_folder
from features.simulator.plan import SimulationPlan
from features.simulator.run import simulate
from tests.training.plans import small_plan
from training.dataset import Dataset, build_dataset
from training.evaluation import MODEL, Estimate
from training.judge import Judged, judge
from training.learn import Learned, learn
from training.plan import CountedWindows, ScreeningPlan


@dataclass(frozen=True, slots=True)
class Measured:
    """A simulated province, learned from and judged."""

    dataset: Dataset
    learned: Learned
    judged: Judged

    def known(self) -> Estimate:
        """The estimate *known* in the test window."""
        return self.judged.estimates[0]

    def auc(self) -> float:
        """Its AUC."""
        area = self.known().ranking(MODEL).auc
        assert area is not None
        return area


def province_plan() -> ScreeningPlan:
    """A plan quick enough for tests that need thousands of children."""
    plan = small_plan()
    layout = CountedWindows(fit_dates=6, calibrate_dates=2, test_dates=3, history_days=180)
    return replace(
        plan,
        windows=replace(plan.windows, layout=layout),
        tuning=replace(plan.tuning, trials=2),
        learning=replace(plan.learning, rounds=60),
    )


def imported(folder: Path, simulation: SimulationPlan) -> Path:
    """The ledger store of a simulated province."""
    simulate(simulation, folder / "province")
    import_folder(folder / "province", folder / "ledger", load_definition())
    return folder / "ledger"


def measured(
    ledger: Path,
    folder: Path,
    *,
    definition: Definition | None = None,
    change: Callable[[Path], None] | None = None,
) -> Measured:
    """Build, change the built rows, learn and judge."""
    plan = province_plan()
    dataset = build_dataset(ledger, plan, definition or load_definition(), folder)
    if change is not None:
        change(folder)
    learned = learn(dataset, plan, threads=1)
    return Measured(dataset, learned, judge(dataset, learned, plan, threads=1))


def deal_labels(folder: Path) -> None:
    """Give each visit the outcome of another visit: what is left to learn is chance."""
    for path in folder.glob("*.parquet"):
        rows = pl.read_parquet(path)
        labelled = rows.filter(pl.col("label").is_not_null())
        visits = labelled.unique("visit_id", maintain_order=True).select("visit_id", "label")
        dealt = visits.with_columns(visits["label"].shuffle(seed=5).alias("label"))
        rows.drop("label").join(dealt, on="visit_id", how="left", maintain_order="left").with_columns(
            pl.when(rows["label"].is_not_null()).then(pl.col("label")).alias("label")
        ).write_parquet(path)
