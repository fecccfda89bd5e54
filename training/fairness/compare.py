"""Compare the groups of one kind at the list's length, and say of each figure what may be claimed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from features.definition import structure as s
from features.definition.groups import AuditGroups
from training.dataset import AS_OF
from training.fairness.drawn import BY_LOT, WEIGHT
from training.fairness.grouping import Grouping, group_rows, pair_rows
from training.fairness.listed import LISTED
from training.fairness.settings import FairnessRule
from training.fairness.tally import (
    FALSE_OMISSION,
    OBSERVED_EXPECTED,
    PRECISION,
    RECALL,
    GroupMeasures,
    measure_groups,
)
from training.labels import LABEL

Claim = Literal["identified", "bounded"]


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group: among all assessed children, and as the lists' lots estimate it.

    ``by_lot``: None when no list drew an assessed child of it. ``claims``: for each measure that needs labels whether
    the lots identify it. ``enough``: it has needs enough for its figures to be told.
    """

    measured: GroupMeasures
    by_lot: GroupMeasures | None
    claims: dict[str, Claim]
    enough: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups of one kind, the reference first."""

    grouping: Grouping
    results: tuple[GroupResult, ...]

    @property
    def others(self) -> tuple[GroupResult, ...]:
        """The groups with needs enough that are compared with the reference."""
        return tuple(one for one in self.results if one.enough and one.measured.group != self.grouping.reference)


def compare_groups(
    rows: pl.DataFrame, drawn: pl.DataFrame, declared: AuditGroups, rule: FairnessRule, seed: int
) -> tuple[Comparison, ...]:
    """Compare every declared kind of group.

    Args:
        rows: known children of the test window with their places.
        drawn: those of them that the lists' lots stand for.
        declared: the groups of the definition.
        rule: small groups and claims.
        seed: of the intervals.
    """
    return tuple(
        _compare(group_rows(rows, group, rule.groups), rows, drawn, rule, seed) for group in declared.groups.values()
    )


def compare_pairs(
    rows: pl.DataFrame, drawn: pl.DataFrame, declared: AuditGroups, rule: FairnessRule, seed: int
) -> tuple[Comparison, ...]:
    """Compare the declared combinations; see ``precise_enough`` for which of their groups may be shown."""
    kinds = declared.groups
    return tuple(
        _compare(pair_rows(rows, kinds[first], kinds[second], rule.groups), rows, drawn, rule, seed)
        for first, second in declared.pairs
    )


def precise_enough(result: GroupResult, rule: FairnessRule) -> bool:
    """Whether a combination's recall is known to the declared half-width."""
    recall = result.measured.measures[RECALL]
    if not result.enough or recall.lower is None or recall.upper is None:
        return False
    return (recall.upper - recall.lower) / 2 <= rule.groups.widest_half_width


def _compare(grouping: Grouping, rows: pl.DataFrame, drawn: pl.DataFrame, rule: FairnessRule, seed: int) -> Comparison:
    names = list(grouping.names)
    measured = measure_groups(rows, grouping.members, names, grouping.reference, seed)
    keys = rows.select(s.CHILD, AS_OF).with_columns(grouping.members.alias("group"))
    known = drawn.join(keys, on=[s.CHILD, AS_OF], how="left", maintain_order="left")
    weighted = measure_groups(known, known["group"], names, grouping.reference, seed, weights=known[WEIGHT].to_numpy())
    return Comparison(
        grouping,
        tuple(
            _result(one, by_lot, known.filter(pl.col("group") == one.group), rule)
            for one, by_lot in zip(measured, weighted, strict=True)
        ),
    )


def _result(measured: GroupMeasures, by_lot: GroupMeasures, known: pl.DataFrame, rule: FairnessRule) -> GroupResult:
    lots = known.filter(pl.col(BY_LOT))
    rests_on = {
        RECALL: lots.filter(pl.col(LABEL)).height,
        PRECISION: lots.filter(pl.col(LISTED)).height,
        FALSE_OMISSION: lots.filter(~pl.col(LISTED)).height,
        OBSERVED_EXPECTED: lots.height,
    }
    claims: dict[str, Claim] = {
        name: "identified" if count >= rule.claims.fewest_by_lot else "bounded" for name, count in rests_on.items()
    }
    return GroupResult(
        measured=measured,
        by_lot=by_lot if known.height else None,
        claims=claims,
        enough=measured.counts["needs"] >= rule.groups.fewest_needs,
    )
