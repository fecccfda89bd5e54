"""Equal recall: only where the policy, the model and the day allow it, and never more places."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy.equal_recall import EqualRecall
from models.policy.lists.equal import equal_order
from models.policy.lists.pool import Ask, Pool, build_pool
from models.policy.lists.rules import EqualRecallSwitch
from tests.policy.lists.made import AS_OF, TOWN, Child, facts_of, kinds, places, policy_with, scores_of

SWITCH = EqualRecallSwitch("ethnicity", 365, "test")
CUTOFFS = EqualRecall(
    model_id="m1", group="ethnicity", level="region", cutoffs={"han": 1.0, "minority": -1.0}, otherwise=0.0, share=0.1,
    fitted_from=date(2017, 6, 1), fitted_to=date(2018, 1, 1), by_lot=True, refused="",
)  # fmt: skip
CHILDREN = [Child(1, score=1.5), Child(2, score=1.0), Child(3, score=-0.2), Child(4, score=0.9), Child(5, score=-3.0)]
GROUPS = ["han", "han", "minority", None, "minority"]


def made(
    children: list[Child],
    groups: list[str | None],
    visits: int,
    *,
    switch: EqualRecallSwitch | None = SWITCH,
    cutoffs: EqualRecall = CUTOFFS,
) -> Pool:
    facts = facts_of(children)
    told = facts.children.with_columns(pl.Series("group_ethnicity", groups, dtype=pl.String))
    policy = policy_with(equal_recall=switch, random_share=0.2)
    return build_pool(scores_of(children), replace(facts, children=told), policy, Ask(TOWN, visits), [cutoffs])


def test_the_order_is_by_score_less_the_cutoff_of_the_group() -> None:
    pool = made(CHILDREN, GROUPS, 2)
    assert list(kinds(pool)) == ["h004", "h003"]
    assert pool.equal.used
    assert pool.equal.cutoffs is not None
    assert pool.equal.cutoffs.switched_on


def test_switched_off_the_cutoffs_change_nothing() -> None:
    pool = made(CHILDREN, GROUPS, 2, switch=None)
    assert list(kinds(pool)) == ["h001", "h002"]
    assert (pool.equal.used, pool.equal.why_not) == (False, "off")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"model_id": "m2"}, "other_model"),
        ({"group": "disability"}, "no_cutoffs"),
        ({"refused": "wide"}, "refused"),
        ({"fitted_to": AS_OF}, "too_old"),
        ({"fitted_to": AS_OF - timedelta(days=366)}, "too_old"),
    ],
)
def test_cutoffs_that_do_not_hold_are_not_used_and_the_reason_is_kept(change: dict[str, object], why: str) -> None:
    pool = made(CHILDREN, GROUPS, 2, cutoffs=replace(CUTOFFS, **change))  # type: ignore[arg-type]
    assert list(kinds(pool)) == ["h001", "h002"]
    assert (pool.equal.used, pool.equal.why_not, pool.equal.cutoffs) == (False, why, None)


def test_without_scores_or_groups_there_is_nothing_to_equalise() -> None:
    children = facts_of(CHILDREN).children
    assert equal_order(SWITCH, [CUTOFFS], children, None, AS_OF).why_not == "no_scores"
    assert equal_order(SWITCH, [CUTOFFS], children, "m1", AS_OF).why_not == "no_groups"
    assert equal_order(SWITCH, [], children, "m1", AS_OF).why_not == "no_cutoffs"


town = st.lists(
    st.builds(Child, home=st.integers(0, 12), score=st.floats(-4, 4), duty=st.sampled_from([None, None, 5])),
    min_size=1,
    max_size=20,
)


@given(town, st.integers(0, 15), st.data())
@settings(max_examples=50, deadline=None)
def test_the_number_of_places_and_the_duties_stay(children: list[Child], visits: int, data: st.DataObject) -> None:
    groups = data.draw(
        st.lists(st.sampled_from(["han", "minority", None]), min_size=len(children), max_size=len(children))
    )
    plain, equal = (made(children, groups, visits, switch=switch) for switch in (None, SWITCH))
    assert equal.equal.used
    assert equal.capacity == plain.capacity
    assert equal.listed.height == plain.listed.height
    assert equal.listed.filter("duty")["household_id"].equals(plain.listed.filter("duty")["household_id"])


@given(town, st.integers(1, 15), st.data())
@settings(max_examples=25, deadline=None)
def test_a_higher_score_lowers_no_place_there_either(children: list[Child], visits: int, data: st.DataObject) -> None:
    groups = [data.draw(st.sampled_from(["han", "minority", None])) for _ in children]
    at = data.draw(st.integers(0, len(children) - 1))
    higher = replace(children[at], score=(children[at].score or 0.0) + data.draw(st.floats(0, 5)))
    home, below = f"h{higher.home:03}", len(children) + 1
    before, after = (
        places(made(each, groups, visits)).get(home, below)
        for each in (children, [*children[:at], higher, *children[at + 1 :]])
    )
    assert after <= before
