"""Whom a list asks for their own rating first: a lot by list and household, and by nothing else."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from scipy.stats import binomtest

from models.policy.lists.facts import rules_of
from serving.lists.run import ListRequest, MadeList
from serving.review.exchange.from_list import sheet_of
from tests.serving.lists.conftest import one


def asked(made: MadeList, number: str, band: str | None = "soon") -> set[str]:
    """The households asked for, were the list numbered so and all of its places of one band."""
    assert made.standing is not None
    banded = made.rows.with_columns(pl.lit(band, pl.String).alias("band"))
    numbered = replace(made, rows=banded, standing=replace(made.standing, list_id=number))
    return {place.household_id for place in sheet_of(numbered, None).places if place.rating_asked}


def test_each_place_is_asked_for_by_its_own_lot_whenever_and_by_whomever_the_list_is_loaded(
    two_towns: ListRequest,
) -> None:
    made = one(replace(two_towns, scope="520001001", visits=16))
    lists = [f"L2018-07-520001001-{number:012x}" for number in range(80)]
    found = [asked(made, number) for number in lists]
    assert found[:5] == [asked(made, number) for number in lists[:5]]
    # What the model said of a place decides nothing, but without a band there is nothing to rate first.
    assert found[0] == asked(made, lists[0], "go_first")
    assert asked(made, lists[0], None) == set()
    share, places = rules_of(made.policy).rating_share, made.rows.height * len(lists)
    assert binomtest(sum(map(len, found)), places, share).pvalue > 0.001
    often = [sum(home in each for each in found) for home in made.rows["household_id"]]
    assert all(binomtest(times, len(lists), share).pvalue > 0.001 / len(often) for times in often)


def test_a_duty_asks_for_no_rating(two_towns: ListRequest) -> None:
    from models.policy.lists.period import Period

    made = one(replace(two_towns, scope="520001001", period=Period.parse("2019-05"), visits=20))
    assert made.rows["duty"].all()
    assert {home for number in range(20) for home in asked(made, f"L{number}")} == set()
