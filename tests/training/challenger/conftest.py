"""A home with a trained challenger and another model to compare it with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.release.current import ReleaseStore
from tests.models import making
from tests.training.trained import trained


@dataclass(frozen=True, slots=True)
class Rivals:
    """A home, the ledger, and the ids of the two."""

    home: Path
    ledger: Path
    challenger: str
    release: str


@pytest.fixture(scope="session")
def rivals(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Rivals:
    """The trained model is the challenger; a made-up one is in use. Read only but for comparisons."""
    made = trained(ledger)
    home = Path(shutil.copytree(made.home, tmp_path_factory.mktemp("rivals") / "home"))
    store = ReleaseStore(home)
    release = making.small_bundle(store.bundles).name
    store.promote(release)
    return Rivals(home, ledger, made.result.model_id, release)
