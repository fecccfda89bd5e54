"""Groups, and what must stay apart."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from features.identity.components import Components

pairs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20)


def reached(start: int, edges: list[tuple[int, int]]) -> set[int]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for one, other in edges:
            for first, second in ((one, other), (other, one)):
                if first == here and second not in found:
                    found.add(second)
                    waiting.append(second)
    return found


@settings(deadline=None)
@given(pairs)
def test_without_anything_forbidden_groups_are_what_can_be_reached(edges: list[tuple[int, int]]) -> None:
    groups = Components()
    for one, other in edges:
        assert groups.join(one, other)
    for one, other in itertools.combinations(range(10), 2):
        assert (groups.find(one) == groups.find(other)) == (other in reached(one, edges))


@settings(deadline=None)
@given(pairs, pairs)
def test_what_is_kept_apart_is_never_together(apart: list[tuple[int, int]], edges: list[tuple[int, int]]) -> None:
    groups = Components()
    groups.keep_apart(apart)
    for one, other in edges:
        together = groups.join(one, other)
        assert together == (groups.find(one) == groups.find(other))
    assert all(groups.find(one) != groups.find(other) for one, other in apart if one != other)


@settings(deadline=None)
@given(pairs, st.dictionaries(st.integers(0, 9), st.integers(0, 2)))
def test_no_group_carries_two_values_of_a_kind(edges: list[tuple[int, int]], tags: dict[int, int]) -> None:
    groups = Components()
    for node, value in tags.items():
        groups.tag(node, "number", value)
    for one, other in edges:
        may = groups.may_join(one, other)
        assert groups.join(one, other) == may
    for one, other in itertools.combinations(tags, 2):
        assert tags[one] == tags[other] or groups.find(one) != groups.find(other)


def test_a_person_may_join_what_tags_keep_apart_but_not_what_a_person_parted() -> None:
    groups = Components()
    groups.tag(1, "number", "a")
    groups.tag(2, "number", "b")
    groups.keep_apart([(2, 3)])
    assert not groups.join(1, 2)
    assert groups.join(1, 2, whatever_tags=True)
    assert not groups.join(1, 3, whatever_tags=True)
    assert groups.parted(1, 3)
