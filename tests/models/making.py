"""Small models and bundles for the tests of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from features.contract import FeatureContract, feature_contract
from features.definition import Definition
from models.bands import Cutoffs
from models.calibration import Calibration
from models.domains import DomainModel, DomainModels, LeastPositives, LikelyRule, NotFitted, WindowCounts
from models.fills import Fills
from models.release.bundle import BundleContent, write_bundle
from models.release.golden import make_golden
from models.release.reference import reference_distribution
from models.risk_model import RiskModel
from tests.builders import default_definition

Matrix = npt.NDArray[np.float32]

CALIBRATION = Calibration(0.9, -0.3)
CUTOFFS = Cutoffs(0.5, -0.5, date(2016, 1, 1), date(2016, 6, 30))


def rows(count: int, width: int, seed: int = 0, missing: float = 0.15) -> Matrix:
    """Made-up feature values; some are not known."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(count, width)).astype(np.float32)
    matrix[random.random(matrix.shape) < missing] = np.nan
    return matrix


def labels(matrix: Matrix, seed: int = 0) -> npt.NDArray[np.float64]:
    """Labels that depend on the first three columns (or as many as there are), with noise."""
    random = np.random.default_rng(seed + 1)
    filled = np.nan_to_num(matrix[:, :3]).astype(np.float64)
    signal = filled.sum(axis=1) + filled[:, 0] * filled[:, -1] + random.normal(size=len(matrix))
    above: npt.NDArray[np.float64] = (signal > np.median(signal)).astype(np.float64)
    return above


def grow(matrix: Matrix, names: Sequence[str], trees: int = 20, **parameters: Any) -> lightgbm.Booster:
    """A booster grown on the matrix with made-up labels."""
    settings: Mapping[str, Any] = {
        "objective": "binary", "verbosity": -1, "num_leaves": 8, "min_data_in_leaf": 5, "num_threads": 1, "seed": 1,
        "deterministic": True, "force_row_wise": True, **parameters,
    }  # fmt: skip
    data = lightgbm.Dataset(matrix, labels(matrix), feature_name=list(names), params={"verbosity": -1})
    return lightgbm.train(dict(settings), data, num_boost_round=trees)


def numbered(width: int, *, parts: int = 0) -> FeatureContract:
    """A contract of ``width`` columns; the first ``parts`` of them are the codes of one one-hot feature."""
    names = tuple(f"kind__{place}" if place < parts else f"f{place}" for place in range(width))
    sources = tuple("kind" if place < parts else name for place, name in enumerate(names))
    return FeatureContract(names, sources, (0,) * width, ((-3.0, 3.0),) * width)


def risk_model(booster: lightgbm.Booster, contract: FeatureContract, grown_on: Matrix | None = None) -> RiskModel:
    """A risk model around a booster; with the rows it was grown on, it knows what stands in for missing values."""
    text = booster.model_to_string()
    fills = Fills((None,) * len(contract.names)) if grown_on is None else Fills.fit(grown_on, contract, text)
    return RiskModel(text, contract, CALIBRATION, CUTOFFS, fills)


def small_model(width: int = 6, *, parts: int = 0, **parameters: Any) -> RiskModel:
    """A risk model of numbered features."""
    contract = numbered(width, parts=parts)
    return risk_model(grow(rows(600, width), contract.names, **parameters), contract)


def defined_model(definition: Definition | None = None, **parameters: Any) -> RiskModel:
    """A risk model of the features a definition declares."""
    contract = feature_contract(definition or default_definition())
    return risk_model(grow(rows(600, len(contract.names)), contract.names, **parameters), contract)


def domain_models(contract: FeatureContract, fitted: Sequence[str] = ("living", "medical")) -> DomainModels:
    """Small models of some domains; there is none for rehabilitation."""
    matrix = rows(600, len(contract.names))
    boosters = {name: grow(matrix, contract.names, trees=5 + place) for place, name in enumerate(fitted)}
    counts = WindowCounts(600, 300, 100, 50)
    models = tuple(
        DomainModel(name, counts, text, Fills.fit(matrix, contract, text), Calibration(1.0, -1.0 - 0.2 * place), 0.2)
        for place, (name, text) in enumerate((name, one.model_to_string()) for name, one in boosters.items())
    )
    none = NotFitted("rehabilitation", WindowCounts(600, 3, 100, 0))
    return DomainModels((*models, none), LikelyRule(1.5, 2), LeastPositives(100, 20))


def bundle_content(
    model: RiskModel | None = None, definition: Definition | None = None, **parameters: Any
) -> BundleContent:
    """Everything a bundle of a small model holds."""
    definition = definition or default_definition()
    model = model or defined_model(definition, **parameters)
    domains = domain_models(model.contract)
    return BundleContent(
        model=model,
        definition=definition,
        reference=reference_distribution(rows(600, len(model.contract.names)), model.contract.names),
        golden=make_golden(model, domains),
        card="# 模型说明\n\nA small model for tests.\n",
        windows={"fit from": "2015-01-01", "fit to": "2015-12-31"},
        metrics={"test.known.model.auc": 0.7412, "test.new_household.model.auc": None, "test.known.random.auc": 0.5},
        domains=domains,
    )


def small_bundle(parent: Path, **parameters: Any) -> Path:
    """A bundle on disk; other ``parameters`` of the booster make another one."""
    return write_bundle(parent, bundle_content(**parameters))
