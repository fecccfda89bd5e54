"""Prefectures: counties of the first four digits stand together."""

from __future__ import annotations

import pytest

from tests.training.design.made import Shape, make_rows
from training.design.prefectures import places_of
from training.design.rules import load_rules


def test_the_whole_ledger_comes_first_then_each_prefecture() -> None:
    rows = make_rows(Shape(counties=("520121", "520122", "520321")))
    places = places_of(rows, load_rules())
    assert [one.code for one in places] == ["", "5201", "5203"]
    whole, *parts = (one.prevalence for one in places)
    assert whole is not None
    assert sum(part.estimate.frame / part.lists for part in parts if part) == pytest.approx(
        whole.estimate.frame / whole.lists
    )


def test_one_prefecture_is_the_whole() -> None:
    whole, part = places_of(make_rows(Shape()), load_rules())
    assert whole.prevalence == part.prevalence
