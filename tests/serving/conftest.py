"""A model really trained on the simulated province, released, and the province scored with it. All read only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from features.definition import load_definition
from features.ledger.store import LedgerStore
from features.table import build_feature_table
from models.bands import Cutoffs
from models.calibration import Calibration
from models.fills import Fills
from models.release.bundle import BundleContent, write_bundle
from models.release.current import ReleaseStore
from models.release.golden import make_golden
from models.release.reference import ReferenceDistribution, reference_distribution
from models.risk_model import RiskModel
from models.support import support_limits, with_facts_outside
from serving.batch.folder import ScoreFolder
from serving.batch.run import ScoreRequest, score_region
from tests.conftest import SMALL_PROVINCE
from tests.models.making import domain_models
from tests.sharing import made_once, shared_root

AS_OF = SMALL_PROVINCE.last_day
HORIZON = timedelta(days=90)
SETTINGS = {
    "objective": "binary", "verbosity": -1, "num_leaves": 8, "num_threads": 1, "seed": 1, "deterministic": True,
    "force_row_wise": True,
}  # fmt: skip


@pytest.fixture(scope="session")
def model(ledger: Path) -> RiskModel:
    """A model that learned from the province."""
    return _trained(LedgerStore.open(ledger))


@pytest.fixture(scope="session")
def released_home(model: RiskModel, ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with that model as its release."""

    def make(home: Path) -> None:
        store = ReleaseStore(home)
        folder = write_bundle(tmp_path_factory.mktemp("bundle"), _content(model, ledger))
        store.install(folder)
        store.promote(folder.name)

    return made_once(shared_root(tmp_path_factory), "released", make)


@pytest.fixture(scope="session")
def scored(ledger: Path, released_home: Path, tmp_path_factory: pytest.TempPathFactory) -> ScoreFolder:
    """The whole province scored in one process."""
    made = made_once(
        shared_root(tmp_path_factory),
        "scored",
        lambda folder: score_region(ScoreRequest(ledger, "", AS_OF, folder / "scores", released_home, workers=1)),
    )
    return ScoreFolder.open(made / "scores")


def _trained(store: LedgerStore) -> RiskModel:
    """Trees that learn which children had a finding within the horizon of a day in the past."""
    definition, day = load_definition(), AS_OF - HORIZON - timedelta(days=30)
    tables = [store.read(county).tables for county in store.counties()]
    features = [
        build_feature_table(table, definition, day, county=county)
        for table, county in zip(tables, store.counties(), strict=True)
    ]
    matrix = np.concatenate([feature.matrix() for feature in features])
    children = pl.concat([feature.frame.select("child_id") for feature in features])
    labels = children["child_id"].is_in(_found(tables, day).implode()).to_numpy().astype(np.float64)
    contract = features[0].contract
    data = lightgbm.Dataset(matrix, labels, feature_name=list(contract.names), params={"verbosity": -1})
    booster = lightgbm.train(SETTINGS, data, num_boost_round=25)
    scores = np.asarray(booster.predict(matrix, raw_score=True))
    go_first, soon = np.quantile(scores, [0.95, 0.8])
    return RiskModel(
        booster.model_to_string(),
        contract,
        Calibration(0.9, -0.1),
        Cutoffs(float(go_first), float(soon), day, day),
        Fills.fit(matrix, contract, booster.model_to_string()),
    )


def _found(tables: list[dict[str, pl.DataFrame]], day: date) -> pl.Series:
    findings = pl.concat([table["findings"].select("child_id", "opens") for table in tables])
    return (
        findings.filter(pl.col("opens").is_between(day, day + HORIZON, closed="right"))["child_id"]
        .drop_nulls()
        .unique()
    )


def _content(model: RiskModel, ledger: Path) -> BundleContent:
    store = LedgerStore.open(ledger)
    rows = np.concatenate([matrix_of(store, county) for county in store.counties()])
    return BundleContent(
        model=model,
        definition=load_definition(),
        reference=_narrow(
            with_facts_outside(reference_distribution(rows, model.contract.names), rows, model.contract.sources), rows
        ),
        golden=make_golden(model, domain_models(model.contract)),
        domains=domain_models(model.contract),
        card="# A model for tests\n",
        windows={},
        metrics={},
    )


def matrix_of(store: LedgerStore, county: str) -> npt.NDArray[np.float32]:
    """The features of a county's children on the day that is scored."""
    return build_feature_table(store.read(county).tables, load_definition(), AS_OF, county=county).matrix()


def _narrow(reference: ReferenceDistribution, rows: npt.NDArray[np.float32]) -> ReferenceDistribution:
    """The reference of a place where no child was as old, and none lived as far from school, as a tenth do here."""
    parts = list(reference.features)
    margin = support_limits().margin
    for place, part in enumerate(parts):
        if part.name in ("age", "distance_school"):
            assert part.low is not None
            fence = float(np.nanquantile(rows[:, place], 0.9))
            parts[place] = replace(part, high=(fence + margin * part.low) / (1 + margin))
    return replace(reference, features=tuple(parts))
