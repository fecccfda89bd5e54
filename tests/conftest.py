"""What many tests share: a home of their own, and one small simulated province with its ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.simulator.plan import SimulationPlan
from features.simulator.run import simulate

SMALL_PROVINCE = SimulationPlan(children=1_500, counties=3, seed=20161110, months=30)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the developer's own MOPAI_HOME."""
    monkeypatch.setenv("MOPAI_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small simulated province in the sender's layout: 1,500 children in 3 counties. Read only."""
    out = tmp_path_factory.mktemp("province") / "province"
    simulate(SMALL_PROVINCE, out)
    return out


@pytest.fixture(scope="session")
def ledger(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the ledger store that province was imported into without a fault. Read only."""
    folder = tmp_path_factory.mktemp("ledger") / "ledger"
    report = import_folder(province, folder, load_definition())
    assert report.faults.is_empty(), report.faults.head(5).to_dicts()
    return folder
