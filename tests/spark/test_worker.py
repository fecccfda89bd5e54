"""What an executor does, done here: the same functions in the same order, without a cluster."""

from __future__ import annotations

import pickle
import shutil
from collections import ChainMap
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from features.ledger.store import LedgerStore
from models.release.regions import UNCHECKED
from serving.batch.folder import ScoreFolder
from serving.batch.ranks import region_ranks
from serving.batch.run import policies_of, policy_in_force, released
from serving.batch.tasks import AREA
from serving.spark import worker
from serving.spark.bootstrap import SAID
from serving.spark.worker import SHARED, CountyOrder, Errand, finish_counties, places_of, score_counties
from tests.serving.conftest import AS_OF

BUNDLE, SIGN = "bundle", "a sign"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the driver would send: the errand, its pickle and its counties."""

    errand: Errand
    counties: tuple[str, ...]

    @property
    def pickled(self) -> bytes:
        return pickle.dumps(self.errand)


@pytest.fixture
def sent(ledger: Path, released_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """An errand for the province; its bundle is there, loaded."""
    definition, store = load_definition(), LedgerStore.open(ledger)
    monkeypatch.setitem(worker.loaded_bundles, BUNDLE, released(released_home, None, definition))
    policies, staging = policies_of(None), tmp_path / "staging"
    (staging / AREA).mkdir(parents=True)
    (staging / SHARED).write_text(SIGN, encoding="utf-8")
    orders = {
        county: CountyOrder(policy_in_force(policies, definition, county, AS_OF), suspended=False, region=UNCHECKED)
        for county in store.counties()
    }
    return Sent(Errand(store, "", AS_OF, definition, staging, SIGN, BUNDLE, orders), store.counties())


@pytest.mark.slow
def test_counties_scored_then_written_are_the_files_of_one_machine(sent: Sent, scored: ScoreFolder) -> None:
    staging = sent.errand.staging
    outcomes = dict(score_counties(sent.pickled, iter(sent.counties)))
    assert not [one for one in outcomes.values() if isinstance(one, UserError)]
    for county, places in region_ranks([(name, staging / f"{name}.arrow") for name in sent.counties]).items():
        places.write_ipc(places_of(staging, county))
    files = dict(ChainMap(*finish_counties(sent.pickled, iter(sent.counties))))
    assert files == scored.manifest.files
    assert all((staging / name).read_bytes() == (scored.folder / name).read_bytes() for name in files)
    assert [path.name for path in staging.glob(".*")] == [SHARED]


def test_a_county_that_cannot_be_scored_says_so_and_the_next_goes_on(sent: Sent, tmp_path: Path) -> None:
    broken, first = tmp_path / "ledger", sent.counties[0]
    shutil.copytree(sent.errand.store.folder, broken)
    file = next((broken / f"county={first}").rglob("children.parquet"))
    file.write_bytes(file.read_bytes()[:-9])
    work = replace(sent.errand, store=LedgerStore.open(broken))
    outcomes = dict(score_counties(pickle.dumps(work), iter(sent.counties[:2])))
    assert [isinstance(one, UserError) for one in outcomes.values()] == [True, False]


def test_a_folder_that_cannot_be_written_ends_the_run_in_words(sent: Sent) -> None:
    counties = score_counties(sent.pickled, iter(sent.counties))
    next(counties)
    shutil.rmtree(sent.errand.staging)
    with pytest.raises(RuntimeError, match=rf"{SAID}executor .* cannot write to .*\|make room there"):
        next(counties)


def test_scores_that_would_lie_on_another_storage_are_refused(sent: Sent) -> None:
    work = replace(sent.errand, sign="of another run")
    with pytest.raises(RuntimeError, match=r"cannot see .*\|put --out on storage"):
        next(score_counties(pickle.dumps(work), iter(sent.counties)))
    (sent.errand.staging / SHARED).unlink()
    with pytest.raises(RuntimeError, match="cannot see"):
        next(finish_counties(pickle.dumps(replace(work, sign="third")), iter(sent.counties)))
