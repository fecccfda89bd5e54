"""What the tests of the gate share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.release.gate.made import Standing


@pytest.fixture
def standing(tmp_path: Path) -> Standing:
    """A home with one bundle that nobody has signed for."""
    return Standing.make(tmp_path / "home")
