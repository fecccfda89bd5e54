"""The MLflow aliases follow the release; the release never asks them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.release.mirror import Mirror, mirror_release, read_mirror
from tests.models.conftest import TRACKED

FIRST, SECOND = TRACKED[0], TRACKED[-1]
UNKNOWN = "3333333333333333"


def test_without_tracking_there_is_nothing_to_mirror(tmp_path: Path) -> None:
    assert read_mirror(tmp_path) is None
    assert mirror_release(tmp_path, FIRST) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("champion", "released", "state"),
    [(FIRST, FIRST, "agrees"), (None, None, "agrees"), (FIRST, SECOND, "differs"), (None, FIRST, "not registered"),
     (FIRST, None, "differs")],
)  # fmt: skip
def test_how_the_mirror_stands_to_the_release(champion: str | None, released: str | None, state: str) -> None:
    assert Mirror(champion, None).state(released) == state


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of MLflow's own code
def test_the_aliases_follow_promotion_and_rollback(tracking_database: Path, tmp_path: Path) -> None:
    shutil.copy(tracking_database, tmp_path)
    assert read_mirror(tmp_path) == Mirror(champion=None, challenger=SECOND)
    assert mirror_release(tmp_path, FIRST) == Mirror(champion=FIRST, challenger=SECOND)
    assert mirror_release(tmp_path, SECOND) == Mirror(champion=SECOND, challenger=None)
    assert mirror_release(tmp_path, FIRST) == Mirror(champion=FIRST, challenger=None)
    assert mirror_release(tmp_path, UNKNOWN) == Mirror(champion=None, challenger=None)
    assert mirror_release(tmp_path, None) == Mirror(champion=None, challenger=None)
