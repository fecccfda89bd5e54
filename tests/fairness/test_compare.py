"""Beside each figure stands what may be claimed of it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from features.definition import load_definition
from features.definition.groups import AuditGroups, audit_groups
from tests.fairness.simulated import LATER, lots_of, window
from tests.training.plans import small_plan
from training.fairness.compare import compare_groups, compare_pairs, precise_enough
from training.fairness.drawn import drawn_rows
from training.fairness.listed import with_places
from training.fairness.settings import fairness_rule
from training.fairness.tally import FALSE_OMISSION, OBSERVED_EXPECTED, PRECISION, RECALL

RULE = fairness_rule()
ALL = audit_groups(load_definition())
DECLARED = AuditGroups({name: ALL.groups[name] for name in ("sex", "ethnicity")}, (("sex", "ethnicity"),), ())


def town(unseen: float = 0.6, chance: float = 0.5) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = with_places(window(LATER, 2, unseen=unseen), small_plan())
    return rows, drawn_rows(rows, lots_of(rows, chance))


def test_what_the_lots_know_is_identified_and_near_the_truth() -> None:
    rows, drawn = town(unseen=0.0)
    _, ethnicity = compare_groups(rows, drawn, DECLARED, RULE, 1)
    for one in ethnicity.results:
        assert one.claims[RECALL] == one.claims[FALSE_OMISSION] == one.claims[OBSERVED_EXPECTED] == "identified"
        assert one.by_lot is not None
        told, true = one.by_lot.measures[RECALL], one.measured.measures[RECALL].value
        assert told.lower is not None
        assert true is not None
        assert told.upper is not None
        assert told.lower < true < told.upper


def test_without_lots_recall_is_bounded_and_the_truth_lies_within() -> None:
    rows, drawn = town(chance=0.0)
    true, _ = town(unseen=0.0)
    _, ethnicity = compare_groups(rows, drawn, DECLARED, RULE, 1)
    _, whole = compare_groups(true, drawn.clear(), DECLARED, RULE, 1)
    for one, all_seen in zip(ethnicity.results, whole.results, strict=True):
        assert one.claims[RECALL] == one.claims[FALSE_OMISSION] == "bounded"
        for measure in (RECALL, PRECISION, FALSE_OMISSION):
            low, high = one.measured.bounds[measure]
            assert low <= (all_seen.measured.measures[measure].value or 0) <= high
        assert all_seen.by_lot is None


@pytest.mark.slow
def test_the_reference_and_groups_with_few_needs_are_not_compared() -> None:
    rows, drawn = town()
    sex, ethnicity = compare_groups(rows, drawn, DECLARED, RULE, 1)
    assert [one.measured.group for one in sex.others] == ["girl"]
    strict = replace(RULE, groups=replace(RULE.groups, fewest_needs=10_000))
    assert compare_groups(rows, drawn, DECLARED, strict, 1)[1].others == ()
    assert ethnicity.grouping.reference == "han"


def test_pairs_are_shown_where_precise_enough() -> None:
    rows, drawn = town(unseen=0.0)
    (pair,) = compare_pairs(rows, drawn, DECLARED, RULE, 1)
    assert len(pair.results) == 4
    assert all(precise_enough(one, RULE) for one in pair.results)
    strict = replace(RULE, groups=replace(RULE.groups, widest_half_width=0.001))
    assert not any(precise_enough(one, strict) for one in pair.results)
    few = replace(RULE, groups=replace(RULE.groups, fewest_needs=10_000))
    (thin,) = compare_pairs(rows, drawn, DECLARED, few, 1)
    assert not any(precise_enough(one, few) for one in thin.results)
