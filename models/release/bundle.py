"""Bundles: a model with everything that must travel with it, as a folder named by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from features.cli.console import UserError
from features.contract import feature_contract
from features.definition import Definition, DefinitionError, load_definition
from models.domains import NO_DOMAINS, DomainModels
from models.kernel.stored import kernel_bytes
from models.release.files import clear_unfinished, write_folder
from models.release.golden import GoldenVectors, check_golden
from models.release.integrity import check_in_child
from models.release.manifest import (
    BOOSTER,
    CALIBRATION,
    CARD,
    CONTRACT,
    CUTOFFS,
    DEFINITION,
    DOMAINS,
    FILLS,
    GOLDEN,
    KERNEL,
    MANIFEST,
    REFERENCE,
    BundleError,
    Manifest,
    content_id,
    digest,
    json_bytes,
    read_contents,
)
from models.release.parts import read_domains, read_golden, read_model, read_reference, with_kernel
from models.release.reference import ReferenceDistribution
from models.risk_model import RiskModel

LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class BundleContent:
    """What goes into a bundle.

    ``windows`` holds as-of dates by name (for people: "fit from", ...), ``metrics`` the main figures by name, None
    where one is not estimable; ``card`` is the model card in Markdown; ``domains`` are the models of the support
    domains.
    """

    model: RiskModel
    definition: Definition
    reference: ReferenceDistribution
    golden: GoldenVectors
    card: str
    windows: Mapping[str, str]
    metrics: Mapping[str, float | None]
    domains: DomainModels = NO_DOMAINS


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was checked and loaded."""

    path: Path
    manifest: Manifest
    model: RiskModel
    reference: ReferenceDistribution
    golden: GoldenVectors
    card: str
    domains: DomainModels

    @property
    def model_id(self) -> str:
        """The identity of the bundle's content: what a score is signed with."""
        return self.manifest.model_id


def write_bundle(parent: Path, content: BundleContent) -> Path:
    """Write a bundle into ``parent`` and return its folder, named by its content.

    The folder is whole or not there, however the writing ends. Equal content is written once.
    """
    files = _files(content)
    manifest = _manifest(content, files)
    files[MANIFEST] = manifest.to_bytes()
    folder = parent / manifest.model_id
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / LOCK):
        clear_unfinished(parent)
        if not is_whole(folder):
            write_folder(folder, files)
    return folder


def is_whole(folder: Path) -> bool:
    """Whether a folder holds the bundle it is named by, every file as its manifest says. Nothing is loaded."""
    try:
        manifest, _ = read_contents(folder)
    except (UserError, OSError):
        return False
    return manifest.model_id == folder.name


def verify_bundle(path: Path) -> Manifest:
    """Check a bundle without loading its booster here: files, identity, then a first load in a child process.

    Raises:
        BundleError: the bundle is not what its manifest says, or crashes or misleads the process that loads it.
    """
    manifest, contents = read_contents(path)
    read_domains(contents, _checked_model(contents, manifest, path).contract, path)
    check_in_child(path)
    return manifest


def load_bundle(path: Path, definition: Definition | None = None) -> Bundle:
    """Load a bundle after checking its files, its contract, a first load in a child process and its golden vectors.

    The check starts a process (about a second). Workers get the loaded ``model`` by pickling, not by loading again.

    Args:
        path: the folder of the bundle.
        definition: the ledger definition the scores are for; when left out, the shipped one the bundle names.

    Raises:
        BundleError: the bundle is not sound, or its feature contract is not that of the definition.
    """
    manifest, contents = read_contents(path)
    model = _checked_model(contents, manifest, path)
    domains = read_domains(contents, model.contract, path)
    _check_contract(manifest, path, definition)
    check_in_child(path)
    golden, model = read_golden(contents, path), with_kernel(model, contents, path)
    check_golden(model, domains, golden, path)
    return Bundle(path, manifest, model, read_reference(contents, path), golden, contents[CARD].decode(), domains)


def _files(content: BundleContent) -> dict[str, bytes]:
    model, definition = content.model, content.definition
    identity = {"name": definition.name, "version": definition.version, "hash": definition.hash}
    return {
        BOOSTER: model.booster_text.encode(),
        CALIBRATION: json_bytes(model.calibration.to_json()),
        CUTOFFS: json_bytes(model.cutoffs.to_json()),
        FILLS: json_bytes(model.fills.to_json()),
        DOMAINS: json_bytes(content.domains.to_json()),
        CONTRACT: json_bytes(model.contract.to_json()),
        REFERENCE: json_bytes(content.reference.to_json()),
        GOLDEN: json_bytes(content.golden.to_json()),
        DEFINITION: json_bytes(identity),
        CARD: content.card.encode(),
        KERNEL: kernel_bytes(model.kernel_or_refusal()),
    }


def _manifest(content: BundleContent, files: Mapping[str, bytes]) -> Manifest:
    return Manifest(
        model_id=content_id(files),
        definition_name=content.definition.name,
        definition_version=content.definition.version,
        definition_hash=content.definition.hash,
        contract_hash=content.model.contract.hash,
        windows=content.windows,
        metrics=content.metrics,
        sha256={name: digest(data) for name, data in files.items()},
    )


def _checked_model(contents: Mapping[str, bytes], manifest: Manifest, path: Path) -> RiskModel:
    model = read_model(contents, path)
    if model.contract.hash != manifest.contract_hash:
        raise BundleError(f"{path}: the feature contract is not the one the manifest names")
    return model


def _check_contract(manifest: Manifest, path: Path, definition: Definition | None) -> None:
    if definition is None:
        try:
            definition = load_definition(manifest.definition_name)
        except DefinitionError as error:
            raise BundleError(f"{path}: made for a definition that is not here ({error})") from error
    if feature_contract(definition).hash != manifest.contract_hash:
        raise BundleError(
            f"{path}: made for the features of definition {manifest.definition_name} {manifest.definition_version}, "
            f"which are not those of {definition.name} {definition.version}",
            "train a model for this definition, or use the ledger definition the bundle was made for",
        )
