"""The MLflow aliases follow the release; the release never asks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.release.mirror import (
    CHALLENGER,
    CHAMPION,
    MODEL_ID_TAG,
    REGISTERED_MODEL,
    Mirror,
    mirror_release,
    read_mirror,
)

FIRST, SECOND = "1111111111111111", "2222222222222222"


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


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose MLflow knows two registered versions, the second twice."""
    from mlflow.tracking import MlflowClient

    home = tmp_path_factory.mktemp("tracked")
    address = f"sqlite:///{home / 'mlflow.db'}"
    client = MlflowClient(tracking_uri=address, registry_uri=address)
    client.create_registered_model(REGISTERED_MODEL)
    for model_id in (FIRST, SECOND, SECOND):
        client.create_model_version(REGISTERED_MODEL, source=(home / model_id).as_uri(), tags={MODEL_ID_TAG: model_id})
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, "3")
    return home


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_the_aliases_follow_promotion_and_rollback(tracked: Path) -> None:
    assert read_mirror(tracked) == Mirror(champion=None, challenger=SECOND)
    assert mirror_release(tracked, FIRST) == Mirror(champion=FIRST, challenger=SECOND)
    assert mirror_release(tracked, SECOND) == Mirror(champion=SECOND, challenger=None)
    assert mirror_release(tracked, FIRST) == Mirror(champion=FIRST, challenger=None)
    assert mirror_release(tracked, "3333333333333333") == Mirror(champion=None, challenger=None)
    assert mirror_release(tracked, None) == Mirror(champion=None, challenger=None)
    assert CHAMPION != CHALLENGER
