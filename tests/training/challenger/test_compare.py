"""A challenger against the release, whole: figures for people, pseudonyms in one closed file."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from features.cli.console import UserError
from features.definition import load_definition
from tests.training.challenger.conftest import Rivals
from tests.training.challenger.test_listing import last_day
from training.challenger.compare import CompareRequest, Comparison, compare
from training.evidence import read_evidence, write_evidence


def asked(rivals: Rivals, **changes: object) -> CompareRequest:
    request = CompareRequest(
        rivals.challenger, None, rivals.ledger, "", last_day(rivals.ledger), rivals.home, load_definition(), 1
    )
    return replace(request, **changes)


@pytest.fixture(scope="module")
def found(rivals: Rivals) -> Comparison:
    """The challenger beside a release that left no evidence."""
    return compare(asked(rivals))


def test_a_release_without_evidence_is_compared_on_the_list_alone(rivals: Rivals, found: Comparison) -> None:
    assert (found.challenger, found.release) == (rivals.challenger, rivals.release)
    assert found.windows is None
    assert "no evidence of model" in found.no_windows
    told = found.to_json()
    assert told["windows"] is None
    assert told["list"]["enters"] == told["list"]["k"] - told["list"]["stays"]
    assert 0 < told["list"]["overlap"] < 1
    assert sum(group["enters"] for group in told["list"]["groups"]["sex"].values()) == told["list"]["enters"]


def test_children_are_named_in_one_file_that_is_closed_to_others(found: Comparison) -> None:
    moved = pl.read_parquet(found.moves)
    assert set(moved["move"]) == {"stays", "enters", "leaves"}
    assert moved.height == found.change.k + found.change.enters
    assert stat.S_IMODE(found.moves.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.moves.parent.stat().st_mode) == 0o700
    told = json.dumps(found.to_json())
    assert not [child for child in moved["child_id"] if child in told]


@pytest.mark.slow
def test_with_evidence_of_both_the_same_windows_are_compared(rivals: Rivals, tmp_path: Path) -> None:
    home = Path(shutil.copytree(rivals.home, tmp_path / "copy"))
    mine = read_evidence(home, rivals.challenger, load_definition())
    write_evidence(home, replace(mine, model_id=rivals.release))
    both = compare(asked(rivals, home=home, release=rivals.release))
    assert both.windows is not None
    told = both.to_json()["windows"]
    assert told["difference"]["value"] == pytest.approx(0.0)
    assert told["dates"] == [day.isoformat() for day in both.windows.dates]
    json.dumps(both.to_json())


def test_a_model_is_not_compared_with_itself(rivals: Rivals) -> None:
    with pytest.raises(UserError, match="there is nothing to compare"):
        compare(asked(rivals, challenger=rivals.release))
