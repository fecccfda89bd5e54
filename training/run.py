"""A training run from a ledger to a registered challenger: one function that each stage reports to."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.cli.console import Progress, silent
from features.definition import Definition
from features.ledger.store import LedgerStore
from features.parallel import cores
from models.release.bundle import BundleContent, write_bundle
from models.release.current import ReleaseStore
from models.release.golden import make_golden
from training.card import CardContent, model_card
from training.dataset import Dataset, build_dataset
from training.domains.estimate import DomainEstimate
from training.domains.learned import DomainsLearned, learn_and_judge_domains
from training.evaluation import Estimate
from training.evidence import Evidence, write_evidence
from training.judge import Judged, judge, refuse_suspicious
from training.leakage import Suspicion, refuse_moved_features
from training.learn import Learned, learn
from training.plan import ScreeningPlan
from training.plots import plots
from training.reference import cohort_reference
from training.regret import regret_record
from training.report import estimate_rows, figures, label_counts, plan_parameters
from training.tracking import RunRecord, record_run
from training.windows import WINDOW_NAMES

_STAGES_AFTER_SEARCH = ("judge", "domains", "bundle", "record")
_ENDS = ("from", "to")


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a run made: the installed bundle, the tracked run, and the estimates in the order to show.

    ``dates``: first and last as-of date of each window. ``labels``: children by window and outcome.
    """

    model_id: str
    bundle: Path
    run_id: str
    estimates: tuple[Estimate, ...]
    domains: tuple[DomainEstimate, ...]
    suspicions: tuple[Suspicion, ...]
    dates: Mapping[str, tuple[str, str]]
    labels: Mapping[str, Mapping[str, int]]
    simulated: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run is about, handed from stage to stage."""

    store: LedgerStore
    plan: ScreeningPlan
    home: Path
    definition: Definition
    accept_suspicious: str


class _Stages:
    """Turns each stage's own progress into one count over the whole run."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._before = 0

    def begin(self, name: str, parts: int = 1) -> Progress:
        first, self._before = self._before, self._before + parts
        self._progress(first, self._total, name)

        def listen(done: int, total: int, note: str = "") -> None:
            self._progress(first + parts * done // max(1, total), self._total, f"{name} {note}".strip())

        return listen

    def finish(self) -> None:
        self._progress(self._total, self._total, "done")


def train(
    ledger: Path,
    plan: ScreeningPlan,
    home: Path,
    definition: Definition,
    progress: Progress = silent,
    *,
    accept_suspicious: str = "",
    workers: int | None = None,
) -> TrainingResult:
    """Train, evaluate, record and install a model as a challenger. It is not promoted.

    Args:
        ledger: folder of a ledger store.
        plan: the screening plan.
        home: everything written goes below this folder.
        definition: the definition the ledger was imported with.
        progress: told how far the whole run has come.
        accept_suspicious: why to go on although a figure is too good to be true; recorded with the run.
        workers: processes and threads to use; all cores when left out. They do not change the result.

    Raises:
        UserError: the ledger is too short or too thin, was made for another definition, or a landmine went off.
    """
    run = _Run(LedgerStore.open(ledger), plan, home, definition, accept_suspicious)
    run.store.require(definition)
    counties, threads = len(run.store.counties()), workers or cores()
    stages = _Stages(progress, counties + plan.tuning.trials + len(_STAGES_AFTER_SEARCH))
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home, prefix="training-") as scratch:
        listen = stages.begin("rows", counties)
        dataset = build_dataset(ledger, plan, definition, Path(scratch), workers=threads, progress=listen)
        refuse_moved_features(dataset.moved)
        learned = learn(dataset, plan, threads=threads, progress=stages.begin("search", plan.tuning.trials))
        stages.begin("judge")
        judged = judge(dataset, learned, plan, threads=threads)
        refuse_suspicious(judged.suspicions, accept_suspicious)
        stages.begin("domains")
        domains = learn_and_judge_domains(dataset, learned.tuned, plan, definition, threads=threads)
        stages.begin("bundle")
        bundle = _install(run, dataset, learned, judged, domains)
        stages.begin("record")
        write_evidence(home, _evidence(run, dataset, learned, judged, domains, bundle.name))
        run_id = record_run(home, _record(run, dataset, learned, judged, domains, bundle))
    stages.finish()
    return TrainingResult(
        model_id=bundle.name,
        bundle=bundle,
        run_id=run_id,
        estimates=judged.estimates,
        domains=domains.estimates,
        suspicions=judged.suspicions,
        dates=_dates(dataset),
        labels=label_counts(dataset.counts),
        simulated=run.store.simulated,
    )


def _install(run: _Run, dataset: Dataset, learned: Learned, judged: Judged, domains: DomainsLearned) -> Path:
    """Write the bundle, check it as a stranger would, and keep it among the home's bundles."""
    model = learned.model
    content = BundleContent(
        model=model,
        definition=run.definition,
        reference=cohort_reference(dataset, run.plan.learning.rows_at_most, run.plan.seed),
        golden=make_golden(model, domains.models),
        card=_card(run, dataset, learned, judged),
        windows={
            f"{name} {end}": day for name, days in _dates(dataset).items() for end, day in zip(_ENDS, days, strict=True)
        },
        metrics=figures(judged.estimates) | domains.figures,
        domains=domains.models,
    )
    releases = ReleaseStore(run.home)
    return releases.bundles / releases.install(write_bundle(releases.bundles, content))


def _card(run: _Run, dataset: Dataset, learned: Learned, judged: Judged) -> str:
    return model_card(
        CardContent(
            definition=run.definition,
            plan=run.plan,
            windows=dataset.windows,
            estimates=judged.estimates,
            trees=learned.model.identity,
            simulated=run.store.simulated,
            label_counts=label_counts(dataset.counts),
            suspicions=judged.suspicions,
            accepted_because=run.accept_suspicious,
        )
    )


def _evidence(
    run: _Run, dataset: Dataset, learned: Learned, judged: Judged, domains: DomainsLearned, model_id: str
) -> Evidence:
    return Evidence(
        model_id=model_id,
        plan=run.plan,
        definition_hash=run.definition.hash,
        data_hash=run.store.content_hash(),
        simulated=run.store.simulated,
        cut=dataset.windows.cut,
        dates=_dates(dataset),
        figures=figures(judged.estimates) | domains.figures,
        rows=judged.scored,
        seen=learned.seen,
    )


def _record(
    run: _Run, dataset: Dataset, learned: Learned, judged: Judged, domains: DomainsLearned, bundle: Path
) -> RunRecord:
    tuned, definition = learned.tuned, run.definition
    files = {f"plots/{name}": content for name, content in _plots(run.plan, learned, judged).items()}
    return RunRecord(
        model_id=bundle.name,
        parameters=plan_parameters(run.plan)
        | {f"tuned.{name}": repr(value) for name, value in tuned.parameters.items()}
        | {"tuned.rounds": str(tuned.rounds), "tuned.auc": repr(tuned.auc)},
        metrics=figures(judged.estimates) | domains.figures,
        tags={
            "data_hash": run.store.content_hash(),
            "definition": f"{definition.name} {definition.version}",
            "definition_hash": definition.hash,
            "plan_hash": run.plan.hash,
            "trees": learned.model.identity,
            "simulated": str(run.store.simulated).lower(),
            "single_features": "; ".join(f"{name}: {order.name}" for name, order in judged.features.items()),
            "suspicious": "; ".join(map(str, judged.suspicions)),
            "accepted_because": run.accept_suspicious,
        },
        files=files
        | {
            "card.md": _card(run, dataset, learned, judged).encode(),
            "estimates.json": _json(estimate_rows(judged.estimates)),
            "labels.json": _json(label_counts(dataset.counts)),
            "trials.json": _json(list(tuned.trials)),
            "regret.json": _json(regret_record(tuned.regret)),
        },
        bundle=bundle,
        booster_text=learned.model.booster_text,
    )


def _plots(plan: ScreeningPlan, learned: Learned, judged: Judged) -> Mapping[str, bytes]:
    rows = np.random.default_rng(plan.seed).permutation(len(learned.fit.matrix))[: plan.explained_rows]
    return plots(learned.model, judged.known, learned.fit.matrix[rows], plan.capacity.share)


def _dates(dataset: Dataset) -> dict[str, tuple[str, str]]:
    days = {name: dataset.windows.dates(name) for name in WINDOW_NAMES}
    return {name: (found[0].isoformat(), found[-1].isoformat()) for name, found in days.items()}


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
