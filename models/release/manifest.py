"""The manifest of a bundle: what it is, which files it has, and the sha256 of each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from features.cli.console import UserError

FORMAT = 3
MANIFEST = "manifest.json"
BOOSTER = "booster.txt"
CALIBRATION = "calibration.json"
CUTOFFS = "cutoffs.json"
FILLS = "fills.json"
DOMAINS = "domains.json"
CONTRACT = "contract.json"
REFERENCE = "reference.json"
GOLDEN = "golden.json"
DEFINITION = "definition.json"
CARD = "card.md"
KERNEL = "kernel.npz"
FILES = (BOOSTER, CALIBRATION, CUTOFFS, FILLS, DOMAINS, CONTRACT, REFERENCE, GOLDEN, DEFINITION, CARD, KERNEL)

BODY = "body_sha256"
"""The field of a manifest that holds the checksum of all its other fields."""

ID_DIGITS = 16
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BundleError(UserError):
    """A bundle that is not what it says it is; nothing of it was loaded into this process."""

    def __init__(self, message: str, hint: str = "restore the bundle from where it was made, or use another") -> None:
        super().__init__(message, hint)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says of itself.

    ``model_id`` names its content: the trees (not LightGBM's record of how many threads grew them) and every other
    file that changes a score, a probability, a band, a likely domain or a reason. ``windows`` holds the as-of dates and
    ``metrics`` the main figures, for people who choose between bundles.
    """

    model_id: str
    definition_name: str
    definition_version: str
    definition_hash: str
    contract_hash: str
    windows: Mapping[str, str]
    metrics: Mapping[str, float | None]
    sha256: Mapping[str, str]

    def to_bytes(self) -> bytes:
        """The manifest as the bytes of its file."""
        body = {
            "format": FORMAT,
            "model_id": self.model_id,
            "definition": {
                "name": self.definition_name,
                "version": self.definition_version,
                "hash": self.definition_hash,
            },
            "contract_hash": self.contract_hash,
            "windows": dict(self.windows),
            "metrics": dict(self.metrics),
            "files": dict(self.sha256),
        }
        return json_bytes({**body, BODY: body_digest(body)})


def json_bytes(content: Mapping[str, Any]) -> bytes:
    """JSON with a fixed layout, so that equal content has equal bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def digest(content: bytes) -> str:
    """The sha256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def body_digest(manifest: Mapping[str, Any]) -> str:
    """The sha256 of what a manifest says, without the field that holds it; order and layout do not count."""
    body = {name: value for name, value in manifest.items() if name != BODY}
    return digest(json.dumps(body, sort_keys=True, separators=(",", ":")).encode())


def trees_digest(booster: bytes) -> str:
    """The sha256 of a booster's trees: its text before ``parameters:``, which records the thread count."""
    return digest(booster.split(b"\nparameters:", 1)[0])


def content_id(contents: Mapping[str, bytes]) -> str:
    """The identity of a bundle's content, 16 hexadecimal digits.

    The card only describes and does not count, nor does the kernel: it is made from the trees, and machines may round
    its last digits in their own way.
    """
    parts = {name: digest(contents[name]) for name in FILES if name not in (BOOSTER, CARD, KERNEL)}
    parts[BOOSTER] = trees_digest(contents[BOOSTER])
    return digest(json.dumps(parts, sort_keys=True).encode())[:ID_DIGITS]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a bundle without looking at its other files.

    Raises:
        BundleError: it is missing, not readable, of another format, names a file a bundle does not have, or was
            changed after it was written.
    """
    path = folder / MANIFEST
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BundleError(f"{folder}: no {MANIFEST}; this is not a bundle, or half of one") from error
    except (OSError, ValueError) as error:
        raise BundleError(f"{path}: not readable as JSON ({type(error).__name__})") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        seen = raw.get("format") if isinstance(raw, dict) else type(raw).__name__
        raise BundleError(
            f"{path}: manifest format {seen!r}, this version reads format {FORMAT}",
            "use the product version that made the bundle, or train again",
        )
    _check_names(path, raw.get("files"))
    try:
        manifest = _parse(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundleError(f"{path}: incomplete ({error})") from error
    if raw.get(BODY) != body_digest(raw):
        raise BundleError(f"{path}: changed since it was written (its own sha256 does not match)")
    return manifest


def read_contents(folder: Path) -> tuple[Manifest, dict[str, bytes]]:
    """Read every file of a bundle and check it against the manifest.

    Returns:
        The manifest and the checked bytes of each file, so that nothing is read a second time.

    Raises:
        BundleError: a file is missing, too many, not a plain file or changed; or the content has another identity.
    """
    manifest = read_manifest(folder)
    _check_listing(folder)
    contents = {name: (folder / name).read_bytes() for name in FILES}
    for name, content in contents.items():
        if digest(content) != manifest.sha256[name]:
            raise BundleError(f"{folder / name}: changed since it was written (sha256 does not match the manifest)")
    identity = content_id(contents)
    if identity != manifest.model_id:
        raise BundleError(f"{folder}: the manifest says model {manifest.model_id}, the content is {identity}")
    return manifest, contents


def _check_names(path: Path, files: object) -> None:
    if not isinstance(files, dict):
        raise BundleError(f"{path}: 'files' is missing")
    for name, checksum in cast("dict[str, object]", files).items():
        if name not in FILES:
            raise BundleError(f"{path}: names the file {name!r}, which no bundle has")
        if not isinstance(checksum, str) or not _SHA256.fullmatch(checksum):
            raise BundleError(f"{path}: the checksum of {name} is not a sha256")
    missing = [name for name in FILES if name not in files]
    if missing:
        raise BundleError(f"{path}: says nothing of {', '.join(missing)}")


def _check_listing(folder: Path) -> None:
    wanted = {MANIFEST, *FILES}
    present = {entry.name for entry in folder.iterdir()}
    if wanted - present:
        raise BundleError(f"{folder}: missing {', '.join(sorted(wanted - present))}")
    if present - wanted:
        raise BundleError(f"{folder}: holds {', '.join(sorted(present - wanted))}, which the manifest does not name")
    for name in sorted(wanted):
        if (folder / name).is_symlink() or not (folder / name).is_file():
            raise BundleError(f"{folder / name}: not a plain file")


def _parse(raw: Mapping[str, Any]) -> Manifest:
    if not re.fullmatch(rf"[0-9a-f]{{{ID_DIGITS}}}", raw["model_id"]):
        raise ValueError("'model_id' is not an identity")
    return Manifest(
        model_id=raw["model_id"],
        definition_name=str(raw["definition"]["name"]),
        definition_version=str(raw["definition"]["version"]),
        definition_hash=str(raw["definition"]["hash"]),
        contract_hash=str(raw["contract_hash"]),
        windows={str(name): str(value) for name, value in raw["windows"].items()},
        metrics={str(name): None if value is None else float(value) for name, value in raw["metrics"].items()},
        sha256=dict(raw["files"]),
    )
