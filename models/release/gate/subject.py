"""What stands before the gate: a kept bundle and its audit, each by its sha256, and the figures they state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from models.release.current import ReleaseStore
from models.release.manifest import BODY, CARD, MANIFEST, BundleError, Manifest, digest, read_contents

AUDIT = "audit.json"
BUNDLE_FIGURES = "bundle."
AGE = "data.age_days"

_LAST_JUDGED = "test to"
_SIMULATED = {"simulated: true": True, "simulated: false": False}


@dataclass(frozen=True, slots=True)
class Binding:
    """What a signature is bound to: the bundle's manifest body and the audit's file. No audit yet: None."""

    model_id: str
    body_sha256: str
    audit_sha256: str | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A model that may be released.

    ``figures``: those of the audit by their names, the bundle's own with ``bundle.`` before them, and the age of the
    data; None is "not estimable". ``simulated``: what the bundle's card says; None if it says nothing.
    ``audit_fault`` says why an audit that is there cannot be used.
    """

    binding: Binding
    figures: Mapping[str, float | None]
    simulated: bool | None
    audit_fault: str = ""


def audit_path(home: Path, model_id: str) -> Path:
    """Where the audit of a model is kept."""
    return home / "evidence" / model_id / AUDIT


def read_subject(store: ReleaseStore, model_id: str, on: date) -> Subject:
    """Read a kept bundle, every file checked against its manifest, and its audit as they are now.

    Args:
        store: where bundles are kept.
        model_id: the whole model id.
        on: the day the age of the data is counted to.

    Raises:
        BundleError: the bundle is not sound.
    """
    folder = store.bundles / model_id
    manifest, contents = read_contents(folder)
    if manifest.model_id != model_id:
        raise BundleError(f"{folder}: holds the model {manifest.model_id}")
    body = str(json.loads((folder / MANIFEST).read_bytes())[BODY])
    audit = _read(audit_path(store.home, model_id))
    figures, fault = _audited(audit, model_id)
    own = {f"{BUNDLE_FIGURES}{name}": value for name, value in manifest.metrics.items()}
    return Subject(
        Binding(model_id, body, None if audit is None else digest(audit)),
        {**own, **_age(manifest, on), **figures},
        _simulated(contents[CARD].decode()),
        fault,
    )


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _audited(audit: bytes | None, model_id: str) -> tuple[dict[str, float | None], str]:
    """The figures of an audit, or none and why."""
    if audit is None:
        return {}, "there is no audit"
    try:
        raw: dict[str, Any] = json.loads(audit)
        found = {str(name): None if value is None else float(value) for name, value in raw["figures"].items()}
        speaks_of = raw["model_id"]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return {}, f"the audit cannot be read ({type(error).__name__})"
    if speaks_of != model_id:
        return {}, f"the audit speaks of model {speaks_of}"
    return found, ""


def _age(manifest: Manifest, on: date) -> dict[str, float | None]:
    last = manifest.windows.get(_LAST_JUDGED)
    return {} if last is None else {AGE: float((on - date.fromisoformat(last)).days)}


def _simulated(card: str) -> bool | None:
    """What the front matter of a card says; the card is among the files the manifest holds the checksum of."""
    _, _, rest = card.partition("---\n")
    front = rest.partition("\n---\n")[0].splitlines()
    return next((_SIMULATED[line] for line in front if line in _SIMULATED), None)
