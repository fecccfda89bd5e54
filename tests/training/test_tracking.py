"""What a run leaves in MLflow, read back through MLflow itself."""

from __future__ import annotations

import importlib
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.release.mirror import CHALLENGER, DATABASE, MODEL_ID_TAG, REGISTERED_MODEL, read_mirror
from tests.training.made import CONTRACT, WINDOWS, make_part
from tests.training.plans import small_plan
from training.fit import binned, booster_parameters, grow
from training.labels import LABEL
from training.tracking import ARTIFACTS, EXPERIMENT, RunRecord, record_audit, record_run
from training.tune import sample_of

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module: making MLflow's database takes seconds."""
    return tmp_path_factory.mktemp("tracking") / "home"


@pytest.fixture(scope="module")
def booster_text() -> str:
    part = make_part(WINDOWS.fit)
    parameters = booster_parameters(small_plan(), CONTRACT, 1)
    sample = sample_of(part.where(part.rows[LABEL].is_not_null().to_numpy()))
    return grow(binned(sample, CONTRACT, parameters), parameters, 5).model_to_string()


@pytest.fixture
def record(tmp_path: Path, booster_text: str) -> RunRecord:
    bundle = tmp_path / "bundle-folder"
    bundle.mkdir()
    (bundle / "manifest.json").write_text("{}")
    return RunRecord(
        model_id="m-1",
        parameters={"plan.seed": "7"},
        metrics={"test.known.model.auc": 0.75, "test.known.slope": None},
        tags={"data_hash": "d", "definition_hash": "f"},
        files={"plots/a.png": b"picture", "card.md": b"# card"},
        bundle=bundle,
        booster_text=booster_text,
    )


def client(home: Path) -> MlflowClient:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow's own code
        from mlflow.tracking import MlflowClient

        address = f"sqlite:///{(home / DATABASE).resolve()}"
        return MlflowClient(tracking_uri=address, registry_uri=address)


def test_parameters_metrics_tags_and_files_are_read_back(home: Path, record: RunRecord) -> None:
    run_id = record_run(home, record)
    run = client(home).get_run(run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"plan.seed": "7"}
    assert run.data.metrics == {"test.known.model.auc": 0.75}
    assert run.data.tags["data_hash"] == "d"
    assert run.data.tags[MODEL_ID_TAG] == "m-1"
    place = home.resolve() / ARTIFACTS / run_id / "artifacts"
    assert (place / "plots" / "a.png").read_bytes() == b"picture"
    assert (place / "card.md").read_bytes() == b"# card"
    assert (place / "bundle" / "manifest.json").read_text() == "{}"


def test_no_value_of_a_person_is_recorded(home: Path, record: RunRecord) -> None:
    run = client(home).get_run(record_run(home, record))
    assert set(run.data.tags) == {"data_hash", "definition_hash", MODEL_ID_TAG, "mlflow.runName"}


def test_the_registered_version_is_the_challenger_and_loads_as_the_same_booster(home: Path, record: RunRecord) -> None:
    run_id = record_run(home, record)
    version = client(home).get_model_version_by_alias(REGISTERED_MODEL, CHALLENGER)
    assert version.run_id == run_id
    assert version.tags[MODEL_ID_TAG] == "m-1"
    mirror = read_mirror(home)
    assert mirror is not None
    assert (mirror.challenger, mirror.champion) == ("m-1", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of MLflow's own code
        import lightgbm
        import mlflow.lightgbm

        loaded = mlflow.lightgbm.load_model(version.source)
    matrix = make_part(WINDOWS.test).matrix
    expected = lightgbm.Booster(model_str=record.booster_text).predict(matrix)
    assert np.array_equal(loaded.predict(matrix), expected)


def test_a_second_run_is_a_second_version_of_one_model_in_one_experiment(home: Path, record: RunRecord) -> None:
    first, second = record_run(home, record), record_run(home, record)
    assert client(home).get_run(first).info.experiment_id == client(home).get_run(second).info.experiment_id
    assert client(home).get_experiment_by_name(EXPERIMENT).artifact_location == (home.resolve() / ARTIFACTS).as_uri()
    version = client(home).get_model_version_by_alias(REGISTERED_MODEL, CHALLENGER)
    assert version.run_id == second


def test_a_run_that_breaks_is_marked_as_failed(home: Path, record: RunRecord) -> None:
    broken = RunRecord(**{**_fields(record), "model_id": "m-broken", "booster_text": "not a booster"})
    with pytest.raises(Exception, match=r"(?i)model"):
        record_run(home, broken)
    experiment = client(home).get_experiment_by_name(EXPERIMENT)
    (run,) = client(home).search_runs([experiment.experiment_id], f"tags.{MODEL_ID_TAG} = 'm-broken'")
    assert run.info.status == "FAILED"


def test_recording_says_nothing_and_leaves_loggers_and_warnings_as_they_were(
    home: Path, record: RunRecord, capfd: pytest.CaptureFixture[str]
) -> None:
    importlib.import_module("mlflow")  # sets its logger up
    level, filters = logging.getLogger("mlflow").level, list(warnings.filters)
    record_run(home, record)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("mlflow").level == level
    assert warnings.filters == filters


def test_an_audit_is_logged_to_the_newest_run_of_its_model(home: Path, record: RunRecord) -> None:
    record_run(home, record)
    newest = record_run(home, record)
    assert record_audit(home, "m-1", {"known.gain": 0.5, "known.price": None}, {"audit.json": b"{}"}) == newest
    assert client(home).get_run(newest).data.metrics["audit.known.gain"] == 0.5
    assert "audit.known.price" not in client(home).get_run(newest).data.metrics
    assert (home.resolve() / ARTIFACTS / newest / "artifacts" / "audit" / "audit.json").read_bytes() == b"{}"


def test_an_audit_of_a_model_that_no_run_made_is_not_logged(home: Path, record: RunRecord, tmp_path: Path) -> None:
    record_run(home, record)
    assert record_audit(home, "m-unknown", {}, {}) is None
    assert record_audit(tmp_path / "elsewhere", "m-1", {}, {}) is None


def _fields(record: RunRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in RunRecord.__dataclass_fields__}
