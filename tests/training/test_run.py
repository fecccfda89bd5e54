"""A whole run: rows, search, fit, judgement, bundle, record."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.contract import feature_contract
from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.release.bundle import load_bundle
from models.release.current import ReleaseStore
from models.release.mirror import DATABASE, read_mirror
from tests.training.trained import Trained, run_plan, trained
from training.domains.estimate import domain_figures
from training.evidence import read_evidence
from training.plan import ScreeningPlan
from training.report import figures, plan_parameters
from training.run import train
from training.tracking import ARTIFACTS


@pytest.fixture(scope="module")
def run(ledger: Path) -> Trained:
    return trained(ledger)


def test_the_bundle_is_kept_loads_and_is_not_released(run: Trained) -> None:
    bundle = load_bundle(run.result.bundle, load_definition())
    assert bundle.model_id == run.result.model_id
    assert bundle.model.contract == feature_contract(load_definition())
    kept = ReleaseStore(run.home).list()
    assert [one.model_id for one in kept] == [run.result.model_id]
    assert not kept[0].released


def test_the_manifest_states_windows_and_figures(run: Trained) -> None:
    manifest = load_bundle(run.result.bundle, load_definition()).manifest
    first, last = run.result.dates["test"]
    assert (manifest.windows["test from"], manifest.windows["test to"]) == (first, last)
    assert manifest.metrics == figures(run.result.estimates) | domain_metrics(run)


def domain_metrics(run: Trained) -> dict[str, float | None]:
    return {f"domains.{name}": value for name, value in domain_figures(run.result.domains).items()}


def test_the_bundle_holds_each_domain_with_a_model_or_with_the_count_of_its_labels(run: Trained) -> None:
    domains = load_bundle(run.result.bundle, load_definition()).domains
    assert domains.names == tuple(load_definition().domains)
    assert domains.fitted
    assert domains.likely_rule == run.plan.by_domain.likely
    rehabilitation = next(one for one in domains.not_fitted if one.domain == "rehabilitation")
    assert rehabilitation.counts.fit_positives < run.plan.by_domain.least.fit
    assert [one.fitted for one in run.result.domains] == [one in domains.fitted for one in domains.domains]
    evidence = read_evidence(run.home, run.result.model_id, load_definition())
    assert domain_metrics(run).items() <= evidence.figures.items()
    assert "label_medical" in evidence.rows["test"].columns


def test_the_run_is_recorded_with_hashes_plots_bundle_and_card(run: Trained, ledger: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow's own code
        from mlflow.tracking import MlflowClient

        address = f"sqlite:///{(run.home / DATABASE).resolve()}"
        client = MlflowClient(tracking_uri=address, registry_uri=address)
    recorded = client.get_run(run.result.run_id)
    assert recorded.data.tags["data_hash"] == LedgerStore.open(ledger).content_hash()
    assert recorded.data.tags["definition_hash"] == load_definition().hash
    assert recorded.data.tags["plan_hash"] == run.plan.hash
    assert recorded.data.tags["simulated"] == "true"
    assert plan_parameters(run.plan).items() <= recorded.data.params.items()
    stated = figures(run.result.estimates) | domain_metrics(run)
    estimable = {name: value for name, value in stated.items() if value is not None}
    assert recorded.data.metrics == pytest.approx(estimable)
    place = run.home / ARTIFACTS / run.result.run_id / "artifacts"
    names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert {f"plots/{name}.png" for name in ("calibration", "gain_at_k", "importance", "shap_summary")} <= names
    assert {"card.md", "estimates.json", "labels.json", "trials.json", "bundle/manifest.json", "model/MLmodel"} <= names
    assert len(json.loads((place / "trials.json").read_text())) == run.plan.tuning.trials
    regret = json.loads((place / "regret.json").read_text())
    assert regret["chosen"] in [f"trial {number}" for number in range(run.plan.tuning.trials)]
    assert recorded.data.tags["single_features"].startswith("best_feature: ")
    assert "**Made from a simulated ledger." in (place / "card.md").read_text(encoding="utf-8")


def test_the_model_is_the_challenger(run: Trained) -> None:
    mirror = read_mirror(run.home)
    assert mirror is not None
    assert (mirror.challenger, mirror.champion) == (run.result.model_id, None)


def test_nobody_is_named_in_what_is_recorded(run: Trained, ledger: Path) -> None:
    store = LedgerStore.open(ledger)
    children = store.read(store.counties()[0], ["children"]).tables["children"]["child_id"].unique()
    place = run.home / ARTIFACTS / run.result.run_id
    texts = [path.read_bytes() for path in place.rglob("*") if path.is_file()]
    assert texts
    for child in children.head(50):
        assert not any(child.encode() in text for text in texts)


def test_nothing_is_left_of_the_rows(run: Trained) -> None:
    assert not list(run.home.glob("training-*"))


def test_progress_rises_to_the_end_and_names_each_stage(run: Trained) -> None:
    done = [step[0] for step in run.told]
    assert done == sorted(done)
    assert run.told[-1][0] == run.told[-1][1]
    assert {total for _, total, _ in run.told} == {3 + run.plan.tuning.trials + 4}
    stages = [note.split()[0] for _, _, note in run.told]
    assert list(dict.fromkeys(stages)) == ["rows", "search", "judge", "domains", "bundle", "record", "done"]


def test_the_model_knows_more_than_chance_and_the_estimates_are_named(run: Trained) -> None:
    names = [(one.name, one.window) for one in run.result.estimates]
    assert names == [("known", "test"), ("new_household", "test"), ("known", "calibrate")]
    known = run.result.estimates[0]
    assert (known.ranking("model").auc or 0) > 0.55
    assert set(run.result.labels) == {"fit", "calibrate", "test"}


@pytest.mark.slow
def test_the_same_ledger_and_plan_give_the_same_bundle(run: Trained, ledger: Path, tmp_path: Path) -> None:
    again = train(ledger, run.plan, tmp_path / "home", load_definition(), workers=2)
    assert again.model_id == run.result.model_id
    assert again.estimates == run.result.estimates
    assert again.domains == run.result.domains


def suspicious_plan() -> ScreeningPlan:
    """A plan so strict that an honest model is too good for it."""
    plan = run_plan()
    return replace(plan, checks=replace(plan.checks, model_auc_at_most=0.51))


def test_a_run_too_good_to_be_true_is_refused_and_leaves_nothing(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"too good to be true: AUC of the model \(known, test\)") as caught:
        train(ledger, suspicious_plan(), tmp_path / "home", load_definition(), workers=1)
    assert "--accept-suspicious" in caught.value.hint
    assert not list((tmp_path / "home").iterdir())


def test_a_ledger_of_another_definition_is_refused(ledger: Path, tmp_path: Path) -> None:
    other = replace(load_definition(), version="1999")
    with pytest.raises(UserError, match="holds rows of the definition 'left_behind'"):
        train(ledger, run_plan(), tmp_path / "home", other)
