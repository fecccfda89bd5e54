"""The groups of one kind in the rows of an audit: nobody is dropped, small groups are brought together.

A child whose group is not recorded is in a group of its own. Groups with fewer assessed children with a new need than
declared are brought together as "other small groups"; the reference and "not recorded" stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition import Label
from features.definition.groups import AuditGroup
from features.membership import group_column
from training.fairness.settings import GroupRule
from training.labels import LABEL

NOT_KNOWN = "not_known"
OTHER_SMALL = "other_small"
NOT_KNOWN_WORDS = Label("未登记", "not recorded")
OTHER_SMALL_WORDS = Label("其他小组", "other small groups")

_BETWEEN = " × "


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way to tell the rows apart.

    ``members``: the group of each row (String, none null). ``names``: the groups with their words, the reference
    first. ``merged``: the groups that were brought together. ``reference``: what the others are compared with; ""
    when the rows hold none of it.
    """

    name: str
    label: Label
    members: pl.Series
    names: Mapping[str, Label]
    merged: tuple[str, ...]
    reference: str


def group_rows(rows: pl.DataFrame, group: AuditGroup, rule: GroupRule) -> Grouping:
    """Put every row into a group of one kind.

    Args:
        rows: with the group's column and ``label``.
        group: as the definition declares it.
        rule: when a group is small.
    """
    members = rows[group_column(group.name)].fill_null(NOT_KNOWN)
    words = {**group.names, NOT_KNOWN: NOT_KNOWN_WORDS}
    return _grouping(group.name, group.label, members, words, _FewNeeds(rows[LABEL], rule), group.reference)


def pair_rows(rows: pl.DataFrame, first: AuditGroup, second: AuditGroup, rule: GroupRule) -> Grouping:
    """Put every row into a combination of two kinds; the reference combines both references."""
    left, right = (rows[group_column(each.name)].fill_null(NOT_KNOWN) for each in (first, second))
    words = {
        _joined(one, other): _joined_words(one_words, other_words)
        for one, one_words in {**first.names, NOT_KNOWN: NOT_KNOWN_WORDS}.items()
        for other, other_words in {**second.names, NOT_KNOWN: NOT_KNOWN_WORDS}.items()
    }
    reference = None
    if first.reference is not None and second.reference is not None:
        reference = _joined(first.reference, second.reference)
    members = pl.select(pl.concat_str(left, right, separator=_BETWEEN)).to_series()
    label = _joined_words(first.label, second.label)
    return _grouping(_joined(first.name, second.name), label, members, words, _FewNeeds(rows[LABEL], rule), reference)


@dataclass(frozen=True, slots=True)
class _FewNeeds:
    """What says whether a group is small: the label of each row, and the rule."""

    labels: pl.Series
    rule: GroupRule


def _grouping(
    name: str,
    label: Label,
    members: pl.Series,
    words: Mapping[str, Label],
    few_needs: _FewNeeds,
    reference: str | None,
) -> Grouping:
    counts = (
        pl.DataFrame({"group": members, "need": few_needs.labels.fill_null(value=False)})
        .group_by("group")
        .agg(pl.len().alias("children"), pl.col("need").sum())
        .sort("children", "group", descending=[True, False])
    )
    present = counts["group"].to_list()
    compared = _reference(present, reference)
    few = counts.filter(pl.col("need") < few_needs.rule.fewest_needs)["group"].to_list()
    small = tuple(one for one in few if one not in (compared, NOT_KNOWN))
    merged = small if len(small) > 1 else ()
    kept = [one for one in words if one in present] + sorted(one for one in present if one not in words)
    if merged:
        members = pl.select(pl.when(members.is_in(merged)).then(pl.lit(OTHER_SMALL)).otherwise(members)).to_series()
        kept = [one for one in kept if one not in merged] + [OTHER_SMALL]
    kept.sort(key=lambda one: (one != compared, one == NOT_KNOWN))
    named = {**words, OTHER_SMALL: OTHER_SMALL_WORDS}
    return Grouping(
        name, label, members.rename("group"), {one: named.get(one, Label(one, one)) for one in kept}, merged, compared
    )


def _reference(present: list[str], declared: str | None) -> str:
    """The declared reference, or the group with the most children when none is declared."""
    if declared is not None:
        return declared if declared in present else ""
    return next((one for one in present if one != NOT_KNOWN), "")


def _joined(left: str, right: str) -> str:
    return f"{left}{_BETWEEN}{right}"


def _joined_words(left: Label, right: Label) -> Label:
    return Label(f"{left.zh}{_BETWEEN}{right.zh}", f"{left.en}{_BETWEEN}{right.en}")
