"""Four forward windows on the real Chicago visits, through the product's own code, beside the published reference.

    python -m tests.real.chicago_report [--json FILE]

Map, check, import, features, labels, fit, calibrate, judge: all by the definition in ``tests/real/chicago``. Reference
(``shared/data/README.md``): plain LightGBM on 18 place-only columns, six-month forward tests. Below the windows stand
visitor effect, replay, ward hold-out and the audit by area group (``chicago_evidence``), on all windows together.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from features.definition import Definition, load_definition
from features.ledger.importer import import_folder
from features.ledger.mapping import load_mapping, map_source
from features.ledger.store import LedgerStore
from tests.real.chicago_evidence import Evidence, evidence, ward_homes, window_rows
from tests.real.chicago_tables import evidence_tables
from tests.real.conftest import CHICAGO, visits_path
from training.dataset import build_dataset
from training.evaluation import MODEL, Estimate
from training.judge import judge, refuse_suspicious
from training.learn import learn
from training.plan import GivenWindows, ScreeningPlan, Span
from training.plan_loader import load_plan
from training.replay.alone import one_feature_orders
from training.single_features import FeatureOrder

REFERENCE = {"auc": (0.58, 0.64), "precision": (0.17, 0.27), "base_rate": (0.12, 0.16)}
ONE_FEATURES = 4
TEST_STARTS = (date(2012, 7, 1), date(2013, 1, 1), date(2013, 7, 1), date(2014, 1, 1))


@dataclass(frozen=True, slots=True)
class WindowResult:
    """One six-month window of the estimate *known*."""

    first: date
    last: date
    children: int
    labelled: int
    base_rate: float | None
    auc: float | None
    precision: float | None
    lower: float
    upper: float
    gains: dict[str, float | None]


def window_plan(plan: ScreeningPlan, first: date) -> ScreeningPlan:
    """The plan with a six-month test window that begins on ``first`` and everything before it moved along."""
    layout = plan.windows.layout
    assert isinstance(layout, GivenWindows)
    test = Span(first, _months_on(first, 5))
    calibrate = Span(_months_on(first, -3), _months_on(first, -1))
    fit = Span(layout.fit.first, _months_on(first, -4))
    cut = test.last + timedelta(days=plan.label.horizon_days)
    moved = replace(plan.windows, layout=GivenWindows(fit, calibrate, test), data_cut_off=cut)
    return replace(plan, windows=moved)


@dataclass(frozen=True, slots=True)
class Report:
    """The four windows in order, and what their rows show together."""

    windows: tuple[WindowResult, ...]
    evidence: Evidence


def report(ledger: Path, definition: Definition, plan: ScreeningPlan) -> Report:
    """Learn before each window, measure the estimate *known* inside it, and gather the evidence of all."""
    store = LedgerStore.open(ledger)
    homes = ward_homes(store)
    results, rows = [], []
    alone: tuple[FeatureOrder, ...] = ()
    with tempfile.TemporaryDirectory() as scratch:
        for first in TEST_STARTS:
            moved = window_plan(plan, first)
            dataset = build_dataset(ledger, moved, definition, Path(scratch) / str(first))
            learned = learn(dataset, moved, threads=1)
            judged = judge(dataset, learned, moved, threads=1)
            refuse_suspicious(judged.suspicions, "")
            # Chosen once, before the first test window: the same orders in every window.
            alone = alone or one_feature_orders(dataset, moved, ONE_FEATURES)
            rows.append(window_rows(dataset, learned, judged, moved, alone, homes))
            results.append(_result(judged.estimates[0], dataset.windows.test))
        found = evidence(pl.concat(rows, how="diagonal"), dataset, store, plan, alone)
    return Report(tuple(results), found)


def _result(known: Estimate, dates: tuple[date, ...]) -> WindowResult:
    found = known.ranking(MODEL)
    return WindowResult(
        first=dates[0],
        last=dates[-1],
        children=known.children,
        labelled=round(known.labelled_share * known.children),
        base_rate=known.base_rate,
        auc=found.auc,
        precision=found.at_k.precision,
        lower=found.at_k.lower,
        upper=found.at_k.upper,
        gains={one.name: known.gain(one.name) for one in known.rankings if one.name != MODEL},
    )


def _months_on(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, day.day)


def table(results: Sequence[WindowResult]) -> str:
    """The windows under each other, the reference below."""
    lines = [
        "estimate known        labelled  base rate   AUC   precision in the top 10 %   model adds to: "
        + ", ".join(results[0].gains)
    ]
    for one in results:
        gains = ", ".join("-" if gain is None else f"{gain:+.3f}" for gain in one.gains.values())
        lines.append(
            f"{one.first} {one.last}  {one.labelled:6d}    {one.base_rate:.3f}   {one.auc:.3f}   {one.precision:.3f}"
            f"                       {gains}"
        )
    low_high = {name: f"{low:.2f}-{high:.2f}" for name, (low, high) in REFERENCE.items()}
    lines.append(f"reference                     {low_high['base_rate']} {low_high['auc']}   {low_high['precision']}")
    return "\n".join(lines)


def main() -> None:
    """Print the table, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    definition = load_definition(CHICAGO)
    with tempfile.TemporaryDirectory() as scratch:
        source, ledger = Path(scratch) / "source", Path(scratch) / "ledger"
        map_source(visits_path(), load_mapping(CHICAGO / "mapping.toml", definition), source)
        import_folder(source, ledger, definition)
        found = report(ledger, definition, load_plan(CHICAGO / "plan.toml"))
    sys.stdout.write(table(found.windows) + "\n\n" + evidence_tables(found.evidence) + "\n")
    if options.json:
        content = {"reference": REFERENCE, **asdict(found)}
        options.json.write_text(json.dumps(content, indent=2, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()
