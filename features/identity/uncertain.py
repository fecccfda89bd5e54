"""The pairs a person must decide on: may they be one child, may they be one household?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from features.definition.structure import CHILD
from features.identity.components import Components
from features.identity.decisions import Decisions
from features.identity.definition import IdentityDefinition
from features.identity.households import HOUSEHOLD_KIND, Households
from features.identity.known import KnownHere, household_keys, index_name
from features.identity.linkage import PAIRS, Likely, likely_pairs
from features.identity.namesakes import known_namesakes, namesake_pairs
from features.ledger.faults import LINE

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

CHILD_KIND = "child"
UNCERTAIN: dict[str, PolarsDataType] = {
    LINE: pl.Int64,
    "_row_other": pl.Int64,
    "kind": pl.String,
    "probability": pl.Float64,
    "agreed": pl.List(pl.String),
    "first": pl.String,
    "second": pl.String,
}
"""Pairs for a person to decide on. ``_row_other`` is null when the other is known from an earlier import;
``probability`` is null where a rule joins two children and another forbids it. ``first`` and ``second`` are the
pseudonyms of the children, as the decisions file keeps them."""


def uncertain_children(
    children: pl.DataFrame, identity: IdentityDefinition, known: KnownHere, decisions: Decisions
) -> pl.DataFrame:
    """Pairs that may be one child and that nobody decided on (PAIRS)."""
    pairs = pl.concat([namesake_pairs(children, identity), known_namesakes(children, identity, known)])
    open_pairs = [not decisions.decided(CHILD_KIND, *pair) for pair in pairs.select("first", "second").rows()]
    return pairs.filter(pl.Series(open_pairs, dtype=pl.Boolean))


def uncertain_households(
    children: pl.DataFrame, identity: IdentityDefinition, found: Households, decisions: Decisions
) -> pl.DataFrame:
    """Join the children that surely live together and return the pairs that may (PAIRS), one for two groups.

    Only children whose sender gave no household number are compared with others: a sender's word needs no guessing.
    """
    own = index_name(household_keys(identity)[0])
    if not children[own].has_nulls():
        likely = pl.DataFrame(schema=PAIRS)
    else:
        settings = Likely.of(identity)
        likely = likely_pairs(children, settings).sort(
            "probability", "first", "second", descending=[True, False, False]
        )
        sure = likely.filter(pl.col("probability") >= settings.join_at)
        for members in _linked(sure.select("first", "second").rows()):
            found.join_all(members)
    refused = [(first, second, None, list(fields)) for (first, second), fields in sorted(found.refused.items())]
    pairs = pl.concat([pl.DataFrame(refused, schema=PAIRS, orient="row"), likely])
    return _one_for_two_groups(pairs, found, decisions)


def _linked(pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Children that pairs link, directly or through others; groups and their members sorted."""
    links = Components()
    for first, second in pairs:
        links.join(first, second)
    groups: dict[object, list[str]] = {}
    for child in sorted({child for pair in pairs for child in pair}):
        groups.setdefault(links.find(child), []).append(child)
    return list(groups.values())


def _one_for_two_groups(pairs: pl.DataFrame, found: Households, decisions: Decisions) -> pl.DataFrame:
    seen: set[frozenset[object]] = set()
    kept = []
    for first, second in pairs.select("first", "second").rows():
        groups = frozenset({found.groups.find(found.node(first)), found.groups.find(found.node(second))})
        fresh = len(groups) == 2 and groups not in seen and not decisions.decided(HOUSEHOLD_KIND, first, second)
        listed = fresh and (found.may_join(first, second) or (first, second) in found.refused)
        kept.append(listed)
        if fresh:
            seen.add(groups)
    return pairs.filter(pl.Series(kept, dtype=pl.Boolean))


def with_rows(children: pl.DataFrame, of_children: pl.DataFrame, of_households: pl.DataFrame) -> pl.DataFrame:
    """Both kinds of pairs with the rows they stand in (UNCERTAIN); the lower row first."""
    pairs = pl.concat(
        part.with_columns(pl.lit(kind).alias("kind"))
        for part, kind in ((of_children, CHILD_KIND), (of_households, HOUSEHOLD_KIND))
    )
    places = dict(children.select(CHILD, LINE).rows())
    one, other = (
        pl.col(name).replace_strict(places, default=None, return_dtype=pl.Int64) for name in ("first", "second")
    )
    placed = pairs.with_columns(one.alias("one"), other.alias("other"))
    low, high = pl.min_horizontal("one", "other"), pl.max_horizontal("one", "other")
    known = pl.col("one").is_null() | pl.col("other").is_null()
    return placed.select(
        low.alias(LINE),
        pl.when(~known).then(high).alias("_row_other"),
        "kind",
        "probability",
        "agreed",
        pl.min_horizontal("first", "second").alias("first"),
        pl.max_horizontal("first", "second").alias("second"),
    ).sort(LINE, "_row_other", "kind", "first", "second")
