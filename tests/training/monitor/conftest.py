"""A home with the small province's model as its release, and what monitoring sees of the province. Read only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from features.definition import load_definition
from models.release.current import ReleaseStore
from tests.conftest import SMALL_PROVINCE
from tests.training.trained import trained
from training.monitor.limits import load_limits
from training.monitor.report import MonitorReport
from training.monitor.run import MonitorRequest, monitor

AS_OF = SMALL_PROVINCE.last_day


def released_copy(ledger: Path, home: Path) -> Path:
    """A copy of the trained home with its model in use."""
    run = trained(ledger)
    for name in ("releases", "evidence"):
        shutil.copytree(run.home / name, home / name)
    ReleaseStore(home).promote(run.result.model_id)
    return home


@pytest.fixture(scope="session")
def released(ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released_copy(ledger, tmp_path_factory.mktemp("monitored") / "home")


@pytest.fixture(scope="session")
def request_(ledger: Path, released: Path) -> MonitorRequest:
    return MonitorRequest(ledger, released, AS_OF, load_definition(), load_limits(), workers=1)


@pytest.fixture(scope="session")
def report(request_: MonitorRequest) -> MonitorReport:
    return monitor(request_)
