"""The parts of a bundle, from and to the bytes of its files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from features.cli.console import UserError
from features.contract import FeatureContract
from models.bands import Cutoffs
from models.calibration import Calibration
from models.domains import DomainModels
from models.fills import Fills
from models.kernel.stored import read_kernel
from models.release.golden import GoldenVectors
from models.release.manifest import (
    BOOSTER,
    CALIBRATION,
    CONTRACT,
    CUTOFFS,
    DOMAINS,
    FILLS,
    GOLDEN,
    KERNEL,
    REFERENCE,
    BundleError,
)
from models.release.reference import ReferenceDistribution
from models.risk_model import RiskModel

Part = TypeVar("Part")


def read_model(contents: Mapping[str, bytes], folder: Path) -> RiskModel:
    """Put the risk model together from the checked files of a bundle; LightGBM does not read the booster yet.

    Raises:
        BundleError: a file does not hold what its name says, or the parts do not belong together.
    """
    try:
        return RiskModel(
            booster_text=contents[BOOSTER].decode(),
            contract=_part(contents, folder, CONTRACT, FeatureContract.from_json),
            calibration=_part(contents, folder, CALIBRATION, Calibration.from_json),
            cutoffs=_part(contents, folder, CUTOFFS, Cutoffs.from_json),
            fills=_part(contents, folder, FILLS, Fills.from_json),
        )
    except BundleError:
        raise
    except (UserError, ValueError) as error:
        raise BundleError(f"{folder}: {error}") from error


def read_domains(contents: Mapping[str, bytes], contract: FeatureContract, folder: Path) -> DomainModels:
    """The models of the support domains of a bundle, on the features of its contract; no booster is read yet.

    Raises:
        BundleError: the file does not hold what its name says, or its models belong to another contract.
    """
    domains = _part(contents, folder, DOMAINS, DomainModels.from_json)
    try:
        domains.check(contract)
    except UserError as error:
        raise BundleError(f"{folder / DOMAINS}: {error.message}") from error
    return domains


def with_kernel(model: RiskModel, contents: Mapping[str, bytes], folder: Path) -> RiskModel:
    """The model with the kernel that was kept with it.

    Raises:
        BundleError: the file does not hold a sound kernel.
    """
    try:
        return replace(model, kernel=read_kernel(contents[KERNEL], len(model.contract.names)))
    except ValueError as error:
        raise BundleError(f"{folder / KERNEL}: does not hold what a bundle keeps there ({error})") from error


def read_golden(contents: Mapping[str, bytes], folder: Path) -> GoldenVectors:
    """The golden vectors of a bundle."""
    return _part(contents, folder, GOLDEN, GoldenVectors.from_json)


def read_reference(contents: Mapping[str, bytes], folder: Path) -> ReferenceDistribution:
    """The reference distribution of a bundle."""
    return _part(contents, folder, REFERENCE, ReferenceDistribution.from_json)


def _part(contents: Mapping[str, bytes], folder: Path, name: str, read: Callable[[Mapping[str, Any]], Part]) -> Part:
    try:
        return read(json.loads(contents[name]))
    except (UserError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise BundleError(f"{folder / name}: does not hold what a bundle keeps there ({error})") from error
