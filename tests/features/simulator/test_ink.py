"""Codes, sets, dates and identifiers as the ledger writes them."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.simulator.ink import Ink, Letters, bit_series, code_series, day_series, gaps
from features.simulator.words import Aid, Water


def test_codes_of_numbers() -> None:
    assert code_series(np.array([0, -1, 2]), Water).to_list() == ["tap", None, "open"]
    assert code_series(np.array([0, 1]), Water, np.array([True, False])).to_list() == [None, "well"]


def test_sets_are_sorted_between_semicolons() -> None:
    values = np.array([0, 1 << Aid.TEMPORARY | 1 << Aid.HOUSING, 1])
    assert bit_series(values, Aid).to_list() == [";", ";housing;temporary;", ";dibao;"]
    assert bit_series(values, Aid, np.array([True, False, False])).to_list()[0] is None


def test_days_and_gaps() -> None:
    assert day_series(np.array([0, -1], np.int32)).to_list() == [date(1970, 1, 1), None]
    assert gaps(pl.Series([1, 2]), np.array([False, True])).to_list() == [1, None]
    assert gaps(pl.Series([], dtype=pl.Int64), np.array([], bool)).to_list() == []


def test_identifiers_are_short_enough_to_be_kept_inline(ink: Ink) -> None:
    names = ink.names(Letters().child, np.array([0, -1, 899]))
    assert names.to_list() == ["C00000000001", None, "C00000000900"]


def test_wrong_rows_are_as_frequent_as_the_county_is_careless(ink: Ink) -> None:
    homes = np.zeros(20_000, np.int32)
    carelessness = ink.of_county(ink.story.scene.places.wrong, homes)[0]
    assert ink.wrong(0.05, homes).mean() == pytest.approx(0.05 * carelessness, rel=0.15)


def test_nothing_is_known_before_its_first_record(ink: Ink) -> None:
    kids, known = ink.story.scene.people.children, ink.known
    assert (known.household >= ink.story.scene.people.households.entry).all()
    assert (known.child >= known.household[kids.household]).all()
    assert (known.child >= kids.entry).all()
