"""What holds of every list, whatever the township."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from math import factorial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.policy.lists.draw import draw, share_out
from models.policy.lists.places import FRAME_COLUMNS
from models.policy.lists.pool import Ask, build_pool
from models.policy.ordering import lots
from tests.policy.lists.made import AS_OF, TOWN, Child, facts_of, kinds, places, policy_with, pool_of, scores_of

days = st.one_of(st.none(), st.integers(-40, 60))
child = st.builds(
    Child,
    home=st.integers(0, 12),
    village=st.just(1),
    score=st.one_of(st.none(), st.floats(-5, 5)),
    duty=st.one_of(st.none(), st.none(), st.integers(-30, 31)),
    finding=days,
    next_due=days,
    level=st.integers(0, 4),
    refused=st.sampled_from([False, False, False, True]),
    new=st.booleans(),
)
# Few different scores and few other claims to a place: so places really hang on the score.
ranked = st.builds(
    Child,
    home=st.integers(0, 12),
    village=st.just(1),
    score=st.one_of(st.none(), st.integers(-4, 4).map(float)),
    duty=st.sampled_from([None] * 9 + [5]),
    finding=st.sampled_from([None] * 9 + [10]),
    refused=st.sampled_from([False] * 9 + [True]),
)
capacity = st.integers(0, 20)
share = st.sampled_from([0.0, 0.2, 0.5, 1.0])


@st.composite
def towns(pick: st.DrawFn, of: st.SearchStrategy[Child] = child) -> list[Child]:
    """Children of a few households; a household lives in one village and waits as a whole."""
    found = pick(st.lists(of, min_size=1, max_size=25))
    waits = pick(st.sets(st.integers(0, 12), max_size=3))
    return [replace(one, village=one.home % 3 + 1, waits=one.home in waits) for one in found]


@given(towns(), capacity, share, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_input_changes_nothing(children: list[Child], visits: int, lot: float, seed: int) -> None:
    facts, scores = facts_of(children), scores_of(children)
    mixed = list(range(len(children)))
    random.Random(seed).shuffle(mixed)
    shuffled = replace(facts, children=facts.children[mixed])
    policy, ask = policy_with(random_share=lot), Ask(TOWN, visits)
    one, other = build_pool(scores, facts, policy, ask), build_pool(scores[mixed[::-1]], shuffled, policy, ask)
    assert one.list_id == other.list_id
    assert one.frame.equals(other.frame)
    assert one.villages.equals(other.villages)


@given(towns(ranked), st.integers(1, 20), share, st.data())
@settings(max_examples=80, deadline=None)
def test_a_higher_score_never_lowers_a_place(
    children: list[Child], visits: int, lot: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(children) - 1))
    before = children[at]
    raised = [
        *children[:at],
        replace(before, score=(before.score or 0.0) + data.draw(st.integers(1, 9))),
        *children[at + 1 :],
    ]
    home = f"h{before.home:03}"
    was = places(pool_of(children, visits, share=lot)).get(home, len(children) + 1)
    assert places(pool_of(raised, visits, share=lot)).get(home, len(children) + 1) <= was


@given(towns(), capacity, share, st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_duty_is_listed_before_everything_else(
    children: list[Child],
    visits: int,
    lot: float,
    scored: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    found = kinds(pool_of(children, visits, share=lot, scored=scored))
    due = {f"h{one.home:03}" for one in children if one.duty is not None}
    assert {home for home, kind in found.items() if kind == "duty"} == due
    assert set(list(found)[: len(due)]) == due


@given(towns(), capacity, share, st.booleans())
@settings(max_examples=80, deadline=None)
def test_chances_sum_to_the_list_and_the_frame_is_covered_once(
    children: list[Child],
    visits: int,
    lot: float,
    scored: bool,  # noqa: FBT001 - drawn by Hypothesis
) -> None:
    pool = pool_of(children, visits, share=lot, scored=scored)
    homes = [f"h{one.home:03}" for one in children]
    allowed = {home for home, one in zip(homes, children, strict=True) if not one.refused or one.duty is not None}
    frame = pool.frame
    assert sorted(frame["household_id"]) == sorted(allowed)
    assert abs(float(frame["inclusion_probability"].sum()) - pool.listed.height) < 1e-9
    assert pool.listed.height == max(pool.capacity.duties, min(visits, frame.height))
    assert pool.listed["place"].to_list() == list(range(1, pool.listed.height + 1))
    assert sorted(pool.listed["stop"]) == pool.listed["place"].to_list()
    assert pool.capacity.listed == pool.listed.height
    assert frame.filter(pl.col("inclusion_probability") == 1)["drawn"].all()
    assert not frame.filter(pl.col("inclusion_probability") == 0)["drawn"].any()


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.floats(0, 1))
def test_random_places_come_out_of_what_duties_leave(visits: int, duties: int, others: int, lot: float) -> None:
    shared = share_out(visits, duties, others, lot)
    left = min(max(0, visits - duties), others)
    assert shared.random + shared.certain == left
    assert abs(shared.random - lot * left) <= 0.5
    assert shared.overloaded == (duties > visits)


@pytest.mark.parametrize(("visits", "lot_share"), [(3, 0.5), (4, 0.5), (4, 1.0), (6, 1.0), (5, 0.0), (1, 1.0)])
def test_over_every_draw_there_is_each_household_has_exactly_the_chance_that_is_written_down(
    visits: int, lot_share: float
) -> None:
    """All orders in which the lot can fall, counted: what is written down is no estimate."""
    children = [
        Child(0, score=-9.0, duty=3), Child(1, score=-9.0, waits=True), Child(2, score=2.0), Child(3, score=1.0),
        Child(4, next_due=10), Child(5, score=-1.0),
    ]  # fmt: skip
    homes = pool_of(children, visits).frame.select(FRAME_COLUMNS)
    capacity = share_out(visits, 1, homes.height - 1, lot_share)
    drawn = dict.fromkeys(homes["household_id"], 0)
    written: set[tuple[tuple[str, float], ...]] = set()
    for order in permutations(range(1, homes.height)):
        rows = draw(homes, capacity, AS_OF, _lot_of(homes, order))
        written.add(tuple(rows.select("household_id", "inclusion_probability").iter_rows()))
        for home in rows.filter("drawn")["household_id"]:
            drawn[home] += 1
    (chances,) = written
    for home, chance in chances:
        assert Fraction(drawn[home], factorial(homes.height - 1)) == Fraction(chance).limit_denominator(homes.height)
    assert (0 < capacity.random < homes.height - 1) == any(0 < chance < 1 for _, chance in chances)


def _lot_of(homes: pl.DataFrame, order: Sequence[int]) -> pl.Series:
    """The lot falls in this order; that of the duty, whom it does not concern, comes first of all."""
    duty = homes["duty"].to_list()
    numbers = iter(order)
    return pl.Series([0 if due else next(numbers) for due in duty], dtype=pl.UInt64)


def test_each_random_place_has_the_chance_that_is_written_down() -> None:
    """Over many seeds each household is drawn as often as an exact binomial test allows."""
    frame = pool_of([Child(number, village=number % 2 + 1, score=-float(number)) for number in range(12)], 6).frame
    homes = frame.select(FRAME_COLUMNS)
    seeds = 400
    drawn: dict[str, int] = dict.fromkeys(homes["household_id"], 0)
    for seed in range(seeds):
        lot = lots(homes["household_id"], f"seed {seed}", AS_OF)
        rows = draw(homes, share_out(6, 0, homes.height, 0.5), AS_OF, lot)
        for home in rows.filter(kind="random")["household_id"]:
            drawn[home] += 1
    chances = dict(rows.select("household_id", "inclusion_probability").iter_rows())
    by_lot = [home for home, chance in chances.items() if chance < 1]
    assert len(by_lot) == 9
    assert sum(drawn[home] for home in by_lot) == seeds * 3
    assert all(drawn[home] == 0 for home in chances if home not in by_lot)
    for home in by_lot:
        assert chances[home] == 3 / 9
        assert binomtest(drawn[home], seeds, chances[home]).pvalue > 0.001 / len(by_lot)


def test_the_lot_does_not_follow_the_score_or_the_lot_of_ties() -> None:
    """Of equal households the first by tie and the first by lot are not the same ones."""
    children = [Child(number, score=0.0) for number in range(40)]
    whole = pool_of(children, 20, share=0.5)
    by_order = set(whole.listed.filter(kind="score")["order"])
    by_lot = whole.listed.filter(kind="random")["order"].to_list()
    assert by_order == set(range(10))
    assert sorted(by_lot) != list(range(10, 20))
