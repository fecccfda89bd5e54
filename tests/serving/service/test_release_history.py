"""``/v1/model`` says on what ground the release came into use; an override is said for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from features.cli.console import UserError
from models.release.current import Ground, ReleaseStore
from serving.service.answer_models import Release
from serving.service.loaded import Loaded
from serving.service.releases import Releases
from tests.serving.service.conftest import copied_home

OVERRIDE = Ground(criteria="default", override="a flood", overridden_by=("Li (owner)", "Wang (owner)"), failed=("x",))


def refuse(path: Path) -> Loaded:
    raise UserError(f"{path}: not asked for")


@pytest.fixture
def store(released_home: Path, tmp_path: Path) -> ReleaseStore:
    """A released model whose history may be changed."""
    return ReleaseStore(copied_home(released_home, tmp_path))


def test_every_move_of_the_release_is_told_with_its_ground(store: ReleaseStore) -> None:
    model_id = store.promote(store.current().name, OVERRIDE)
    store.promote(model_id, Ground(criteria="default", approvals=("Li (owner)",)))
    told = Releases(store, refuse).history(model_id)
    assert told is not None
    moves = [Release.model_validate_json(json.dumps(move)) for move in told]
    assert [move.override for move in moves] == ["", "a flood", ""]
    assert moves[1].overridden_by == ["Li (owner)", "Wang (owner)"]
    assert moves[2].approvals == ["Li (owner)"]
    assert Releases(store, refuse).history("f" * 16) == []


def test_a_history_that_cannot_be_read_is_not_called_empty(store: ReleaseStore) -> None:
    model_id = store.current().name
    (store.home / "releases" / "current.json").write_text("{", encoding="utf-8")
    assert Releases(store, refuse).history(model_id) is None
