"""A home whose MLflow knows some registered models, made once: its database takes seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.release.mirror import CHALLENGER, DATABASE, MODEL_ID_TAG, REGISTERED_MODEL

TRACKED: Sequence[str] = ("1111111111111111", "2222222222222222", "2222222222222222")


@pytest.fixture(scope="session")
def tracking_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database with a version for each of ``TRACKED``, the last one the challenger. Read only."""
    from mlflow.tracking import MlflowClient

    database = tmp_path_factory.mktemp("tracked") / DATABASE
    client = MlflowClient(tracking_uri=f"sqlite:///{database}", registry_uri=f"sqlite:///{database}")
    client.create_registered_model(REGISTERED_MODEL)
    for model_id in TRACKED:
        source = (database.parent / model_id).as_uri()
        client.create_model_version(REGISTERED_MODEL, source=source, tags={MODEL_ID_TAG: model_id})
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, str(len(TRACKED)))
    return database
