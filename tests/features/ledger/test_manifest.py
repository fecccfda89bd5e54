"""The manifest reads what it wrote."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.definition import load_definition
from features.ledger.manifest import Manifest, StoredTable, sha256_of

DEFINITION = load_definition()
STORED = StoredTable("county=520101/00001/visits.parquet", 3, "ab" * 32, date(2016, 1, 1), date(2016, 2, 1), 0)


def manifest(**tables: StoredTable) -> Manifest:
    return replace(Manifest.blank(DEFINITION), counties={"520101": tables})


def test_a_manifest_reads_what_it_wrote() -> None:
    for one in (
        manifest(visits=STORED),
        Manifest.blank(DEFINITION),
        manifest(visits=replace(STORED, first_valid=None)),
    ):
        assert Manifest.from_json(one.to_json()) == one


def test_one_simulated_row_makes_a_simulated_ledger() -> None:
    assert not manifest(visits=STORED).simulated
    assert manifest(visits=replace(STORED, simulated_rows=1)).simulated


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 99}', '{"format": 1, "counties": {"1": {"t": {"x": 1}}}}']
)
def test_something_else_is_not_read(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Manifest.from_json(text)


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    assert sha256_of(path) == hashlib.sha256(b"abc").hexdigest()
