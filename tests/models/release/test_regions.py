"""How a county stands for a release: the batch, which holds the ledger, and the service, which sees its manifest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from features.definition import load_definition
from features.ledger.manifest import MANIFEST, Manifest, StoredTable
from features.ledger.store import LedgerStore
from models.calibration import Calibration
from models.release.regions import (
    Fit,
    LocalCalibration,
    RegionReader,
    RegionState,
    RegionVerdict,
    carry_verdict,
    county_sha256,
    region_state,
    write_calibration,
    write_verdict,
)

COUNTY, MODEL = "520003", "m1"


def ledger_of(home: Path, **hashes: str) -> LedgerStore:
    """A home's ledger as its manifest tells it; replaced in one step, as an import does."""
    tables = {
        name: StoredTable(f"{COUNTY}/{name}.parquet", 1, sha256, None, None, 1) for name, sha256 in hashes.items()
    }
    manifest = replace(Manifest.blank(load_definition()), counties={COUNTY: tables})
    (home / "ledger").mkdir(exist_ok=True)
    (home / "new").write_text(manifest.to_json(), encoding="utf-8")
    (home / "new").replace(home / "ledger" / MANIFEST)
    return LedgerStore.open(home / "ledger")


def check(home: Path, fit: Fit, store: LedgerStore) -> None:
    sha256 = county_sha256(store, COUNTY)
    write_verdict(home, RegionVerdict(COUNTY, fit, "2018-06-30", MODEL, sha256, "", (), 5, ""))


def batch(home: Path, store: LedgerStore) -> RegionState:
    """What the batch and one case ask."""
    return region_state(home, COUNTY, MODEL, county_sha256(store, COUNTY))


@pytest.mark.parametrize("fit", get_args(Fit))
def test_service_and_batch_say_the_same_after_every_import(fit: Fit, tmp_path: Path) -> None:
    reader = RegionReader(tmp_path)
    first = ledger_of(tmp_path, children="a", visits="b")
    assert reader.current(COUNTY, MODEL) == batch(tmp_path, first) == RegionState("not_checked")
    check(tmp_path, fit, first)
    assert reader.current(COUNTY, MODEL) == batch(tmp_path, first) == RegionState(fit)
    lists = ledger_of(tmp_path, children="a", visits="b", assignments="c")
    assert reader.current(COUNTY, MODEL) == batch(tmp_path, lists) == RegionState(fit), "a list is no fact"
    imported = ledger_of(tmp_path, children="a", visits="another")
    after: RegionState = RegionState("not_fit") if fit == "not_fit" else RegionState("not_checked")
    assert reader.current(COUNTY, MODEL) == batch(tmp_path, imported) == after
    check(tmp_path, fit, imported)
    assert reader.current(COUNTY, MODEL) == batch(tmp_path, imported) == RegionState(fit)
    assert reader.current(COUNTY, "another").standing == "not_checked"


def test_a_check_stands_over_the_rows_of_visits_and_over_no_import_before_them(tmp_path: Path) -> None:
    first = ledger_of(tmp_path, children="a", visits="b")
    carry_verdict(tmp_path, COUNTY, "before", "after")  # never checked: nothing to carry
    check(tmp_path, "fit", first)
    visited = ledger_of(tmp_path, children="a", visits="b and a visit")
    assert batch(tmp_path, visited) == RegionState("not_checked")
    carry_verdict(tmp_path, COUNTY, county_sha256(first, COUNTY), county_sha256(visited, COUNTY))
    assert batch(tmp_path, visited) == RegionState("fit")
    imported = ledger_of(tmp_path, children="another", visits="b and a visit")
    later = ledger_of(tmp_path, children="another", visits="b and two visits")
    carry_verdict(tmp_path, COUNTY, county_sha256(imported, COUNTY), county_sha256(later, COUNTY))
    assert batch(tmp_path, later) == RegionState("not_checked")


def test_without_a_ledger_to_compare_with_nobody_says_that_a_release_fits(tmp_path: Path) -> None:
    store = ledger_of(tmp_path, children="a")
    check(tmp_path, "fit", store)
    reader = RegionReader(tmp_path)
    assert reader.current(COUNTY, MODEL).standing == "fit"
    (tmp_path / "ledger" / MANIFEST).write_text("{", encoding="utf-8")
    assert reader.current(COUNTY, MODEL).standing == "not_checked"
    (tmp_path / "ledger" / MANIFEST).unlink()
    assert reader.current(COUNTY, MODEL).standing == "not_checked"
    check(tmp_path, "not_fit", store)
    assert reader.current(COUNTY, MODEL).blocked, "that it does not fit holds until a new check"


def test_a_calibration_of_its_own_is_of_one_release_and_needs_no_check(tmp_path: Path) -> None:
    own = Calibration(1.2, -0.3)
    write_calibration(tmp_path, LocalCalibration(COUNTY, MODEL, own, "list", "2018-07-01"))
    reader = RegionReader(tmp_path)
    assert reader.current(COUNTY, MODEL) == RegionState(calibration=own)
    assert reader.current(COUNTY, "another") == RegionState()
