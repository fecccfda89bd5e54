"""Record a run in MLflow: what went in, what came out, and the model as a registered version.

The client is used directly: MLflow's fluent interface would set a global address and tag the user's name.
"""

from __future__ import annotations

import importlib
import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.release.mirror import CHALLENGER, DATABASE, MODEL_ID_TAG, REGISTERED_MODEL, has_tracking

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

EXPERIMENT = "visit-risk"
ARTIFACTS = "mlruns"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything a run leaves behind. ``metrics`` that are None are not estimable and left out.

    ``files``: artifact path -> bytes. ``bundle``: the folder of the installed bundle.
    """

    model_id: str
    parameters: Mapping[str, str]
    metrics: Mapping[str, float | None]
    tags: Mapping[str, str]
    files: Mapping[str, bytes]
    bundle: Path
    booster_text: str


def record_run(home: Path, record: RunRecord) -> str:
    """Record a run under ``home`` and register its model as the challenger. Returns the run's id.

    Nothing is written outside ``home``, nothing is sent anywhere, and no value of a person is among what is written.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _quiet_mlflow():
        client = _client(home)
        run_id = _start(client, home, record)
        try:
            _log(client, run_id, record)
            _register(client, run_id, record)
        except BaseException:
            client.set_terminated(run_id, status="FAILED")
            raise
        client.set_terminated(run_id)
    return run_id


def record_audit(
    home: Path, model_id: str, figures: Mapping[str, float | None], files: Mapping[str, bytes]
) -> str | None:
    """Log an audit to the newest run that made a model: figures as ``audit.NAME``, files below ``audit/``.

    Returns the run's id; None when no run under ``home`` made the model.
    """
    if not has_tracking(home):
        return None
    with _quiet_mlflow():
        client = _client(home)
        run_id = _run_of(client, model_id)
        if run_id is not None:
            figures = {f"audit.{name}": value for name, value in figures.items()}
            _log_figures(client, run_id, figures)
            _log_files(client, run_id, {f"audit/{name}": content for name, content in files.items()})
    return run_id


def _run_of(client: MlflowClient, model_id: str) -> str | None:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        return None
    chosen = f"tags.{MODEL_ID_TAG} = '{model_id}' and attributes.status = 'FINISHED'"
    found = client.search_runs([experiment.experiment_id], chosen, order_by=["attributes.start_time DESC"])
    return str(found[0].info.run_id) if found else None


@contextmanager
def _quiet_mlflow() -> Iterator[None]:
    """MLflow without telemetry, database notes, and the warnings of its own code, which no user can act on."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    loggers = {name: logging.getLogger(name) for name in ("mlflow", "alembic")}
    levels = {name: logger.level for name, logger in loggers.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("mlflow")  # sets its loggers up, so it comes first
        for logger in loggers.values():
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for name, logger in loggers.items():
                logger.setLevel(levels[name])


def _client(home: Path) -> MlflowClient:
    from mlflow.tracking import MlflowClient

    address = f"sqlite:///{(home / DATABASE).resolve()}"
    return MlflowClient(tracking_uri=address, registry_uri=address)


def _start(client: MlflowClient, home: Path, record: RunRecord) -> str:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    if experiment is None:
        place = (home / ARTIFACTS).resolve()
        experiment_id = client.create_experiment(EXPERIMENT, artifact_location=place.as_uri())
    else:
        experiment_id = experiment.experiment_id
    tags = {**record.tags, MODEL_ID_TAG: record.model_id}
    run = client.create_run(experiment_id, tags=tags, run_name=record.model_id[:12])
    return str(run.info.run_id)


def _log(client: MlflowClient, run_id: str, record: RunRecord) -> None:
    from mlflow.entities import Param

    client.log_batch(run_id, params=[Param(name, value) for name, value in record.parameters.items()])
    _log_figures(client, run_id, record.metrics)
    _log_files(client, run_id, record.files)
    client.log_artifacts(run_id, str(record.bundle), "bundle")


def _log_figures(client: MlflowClient, run_id: str, figures: Mapping[str, float | None]) -> None:
    from mlflow.entities import Metric

    known = [Metric(name, value, 0, 0) for name, value in figures.items() if value is not None]
    client.log_batch(run_id, metrics=known)


def _log_files(client: MlflowClient, run_id: str, files: Mapping[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in files.items():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        client.log_artifacts(run_id, scratch)


def _register(client: MlflowClient, run_id: str, record: RunRecord) -> None:
    import lightgbm
    import mlflow.lightgbm

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        booster = lightgbm.Booster(model_str=record.booster_text)
        requirement = f"lightgbm=={lightgbm.__version__}"
        mlflow.lightgbm.save_model(booster, str(folder), pip_requirements=[requirement])
        client.log_artifacts(run_id, str(folder), "model")
    if not client.search_registered_models(f"name='{REGISTERED_MODEL}'"):
        client.create_registered_model(REGISTERED_MODEL)
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    version = client.create_model_version(
        REGISTERED_MODEL, source, run_id, tags={MODEL_ID_TAG: record.model_id, **record.tags}
    )
    client.set_registered_model_alias(REGISTERED_MODEL, CHALLENGER, version.version)
