"""A bundle made once, and copies of it to damage."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.models import making


@pytest.fixture(scope="session")
def sound_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle nobody changes."""
    return making.small_bundle(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def bundle(sound_bundle: Path, tmp_path: Path) -> Path:
    """A copy of it to damage."""
    return Path(shutil.copytree(sound_bundle, tmp_path / "copy" / sound_bundle.name))
