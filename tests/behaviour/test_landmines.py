"""A run on labels dealt by lot, on a world without signal, and on a ledger that knows the future."""

from __future__ import annotations

from datetime import date
from math import sqrt
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.definition import structure as s
from features.known import known_rows, latest_rows
from features.ledger.importer import import_folder
from features.ledger.store import LedgerStore
from features.simulator.plan import SimulationPlan
from tests.behaviour.provinces import Measured, deal_labels, imported, measured
from tests.builders import write_source
from tests.training.trained import run_plan, trained
from training.evaluation import MODEL, RANDOM
from training.labels import label_cohort, visit_outcomes
from training.leakage import refuse_shared_households
from training.run import train
from training.windows import Windows, plan_windows

pytestmark = pytest.mark.slow

PROVINCE = SimulationPlan(children=4_000, counties=2, seed=11, months=30)
NO_SIGNAL = SimulationPlan(children=4_000, counties=2, seed=11, months=30, scenario="no-signal")


@pytest.fixture(scope="module")
def province_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("default"), PROVINCE)


@pytest.fixture(scope="module")
def honest(province_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    return measured(province_ledger, tmp_path_factory.mktemp("rows"))


def precision_beyond_chance(run: Measured) -> float:
    """The precision at k above the base rate, in standard errors of a share."""
    known = run.known()
    base, found = known.base_rate or 0.0, known.ranking(MODEL).at_k
    return ((found.precision or 0.0) - base) / sqrt(base * (1 - base) / found.assessed)


def beyond_chance(run: Measured) -> float:
    """The AUC's distance from one half in standard errors, counting each visit of a date once (Hanley 1982)."""
    labelled = run.judged.known.filter(pl.col("label").is_not_null()).unique("visit_id")
    positive, negative = labelled["label"].sum(), (~labelled["label"]).sum()
    return (run.auc() - 0.5) / sqrt((positive + negative + 1) / (12 * positive * negative))


def test_labels_dealt_by_lot_are_no_better_than_random(province_ledger: Path, tmp_path: Path) -> None:
    run = measured(province_ledger, tmp_path, change=deal_labels)
    assert abs(beyond_chance(run)) < 4
    assert abs(precision_beyond_chance(run)) < 4


def test_the_true_labels_of_the_same_rows_are_better_than_random(honest: Measured) -> None:
    assert beyond_chance(honest) > 4
    assert precision_beyond_chance(honest) > 4
    assert (honest.known().gain(RANDOM) or 0) > 0.05


def test_a_world_without_signal_does_not_look_good(tmp_path: Path) -> None:
    run = measured(imported(tmp_path, NO_SIGNAL), tmp_path / "rows")
    assert run.auc() < 0.6
    for baseline in ("overdue_first", "last_finding", "logistic"):
        assert (run.known().gain(baseline) or 0) < 0.08
    assert run.judged.suspicions == ()


def test_siblings_on_both_sides_are_caught(honest: Measured) -> None:
    rows = pl.concat([part.rows for part in honest.dataset.parts("test")])
    with pytest.raises(UserError, match="are both learned from and held out"):
        refuse_shared_households(honest.learned.seen, rows)


def write_the_future_into_the_ledger(ledger: Path, folder: Path, windows: Windows) -> Path:
    """The province's rows, and on every as-of date a household row whose distances tell what the next visit finds."""
    plan, definition, store = run_plan(), load_definition(), LedgerStore.open(ledger)
    for county in store.counties():
        tables = dict(store.read(county).tables)
        outcomes = visit_outcomes(tables, definition, plan, windows.cut)
        children = tables[s.CHILDREN].unique(s.CHILD, keep="last").select(s.CHILD, s.HOUSEHOLD)
        told = [tables[s.HOUSEHOLDS]]
        for number, (_, as_of) in enumerate(windows.all()):
            labels = label_cohort(children, outcomes, as_of, plan.label.horizon_days)
            needy = labels.filter(pl.col("label"))[s.HOUSEHOLD].implode()
            known = latest_rows(known_rows(tables[s.HOUSEHOLDS], as_of), [s.HOUSEHOLD]).to_native()
            told.append(
                known.with_columns(
                    pl.lit(as_of).alias(s.VALID_FROM),
                    pl.lit(as_of).alias(s.RECORDED_ON),
                    pl.concat_str(pl.lit(f"future-{number}-"), s.ROW_ID).alias(s.ROW_ID),
                    pl.when(pl.col(s.HOUSEHOLD).is_in(needy)).then(150.0).otherwise(5.0).alias("distance_clinic_km"),
                )
            )
        write_source({**tables, s.HOUSEHOLDS: pl.concat(told)}, folder / "source", county)
    import_folder(folder / "source", folder / "ledger", definition)
    return folder / "ledger"


def test_a_planted_future_column_is_caught(ledger: Path, tmp_path: Path) -> None:
    first, last = date(2023, 1, 1), date(2026, 6, 30)
    windows = plan_windows(run_plan(), first, last)
    planted = write_the_future_into_the_ledger(ledger, tmp_path, windows)
    with pytest.raises(UserError, match=r"AUC of feature 'distance_clinic.*' alone.*AUC of the model \(known, test\)"):
        train(planted, run_plan(), tmp_path / "home", load_definition(), workers=1)


def test_the_same_ledger_without_the_planted_column_is_not_suspicious(ledger: Path) -> None:
    assert trained(ledger).result.suspicions == ()
