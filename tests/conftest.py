"""What many tests share: a home of their own, and one small simulated province with its ledger.

Province and ledger are made once for all processes of a run (``sharing.made_once``), and so are, of that ledger, a
whole training run (``training.trained.trained(ledger)``: home, model, evidence) and the released model with the scored
province (``released_home`` and ``scored`` of serving/conftest.py). All are read only: who writes copies them first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from features.definition import load_definition
from features.ledger.importer import import_folder
from features.simulator.plan import SimulationPlan
from features.simulator.run import simulate
from tests.sharing import made_once, shared_root

# Properties say what holds, not how soon: a busy machine is no counterexample.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

# Modules of one long chain of steps each: begun last, one process would work on them while the other has nothing to do.
LONGEST = (
    "real/test_chicago_training.py", "serving/test_demo.py", "browser/test_month.py", "browser/test_every_page.py",
)  # fmt: skip
SMALL_PROVINCE = SimulationPlan(children=1_500, counties=3, seed=20161110, months=30)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules first; the order within a module and of all others stays as it is."""
    places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the developer's own MOPAI_HOME."""
    monkeypatch.setenv("MOPAI_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small simulated province in the sender's layout: 1,500 children in 3 counties. Read only."""
    made = made_once(
        shared_root(tmp_path_factory), "province", lambda folder: simulate(SMALL_PROVINCE, folder / "province")
    )
    return made / "province"


@pytest.fixture(scope="session")
def ledger(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the ledger store that province was imported into without a fault. Read only."""

    def make(folder: Path) -> None:
        report = import_folder(province, folder / "ledger", load_definition())
        assert report.faults.is_empty(), report.faults.head(5).to_dicts()

    return made_once(shared_root(tmp_path_factory), "ledger", make) / "ledger"
