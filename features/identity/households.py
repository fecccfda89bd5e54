"""Which children live together: what is certain joins them, what is likely is listed for a person.

Certain, in this order: what a person decided, the sender's own household number, the household a child was known in,
and the rules of the definition (the same numbers of guardians and the like). Children with different household numbers
of their sender, or of different known households, are never joined by a rule; where one would, the pair is listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD
from features.identity.components import Components
from features.identity.decisions import NOT_SAME, SAME, Decisions
from features.identity.definition import IdentityDefinition
from features.identity.keys import derive, pseudonym
from features.identity.known import KnownHere, KnownPersons, household_keys, index_name

Node = tuple[str, str]
_CHILD, _HOME = "child", "home"
_OWN_NUMBER = "own number"

Pair = tuple[str, str]
"""Pseudonyms of two children, the lower first."""


@dataclass(slots=True)
class Households:
    """The children of a register in groups that live together.

    ``homes`` has the household of every known child, ``here`` the children of the register, and ``refused`` the pairs a
    rule would join and something forbids, with the fields that agree.
    """

    groups: Components
    homes: dict[str, str]
    here: set[str]
    refused: dict[Pair, tuple[str, ...]] = field(default_factory=dict)

    def node(self, child: str) -> Node:
        """What stands for a child: itself where the register has it, else the household it is known in."""
        return (_HOME, self.homes[child]) if child not in self.here and child in self.homes else (_CHILD, child)

    def together(self, first: str, second: str) -> bool:
        """Whether two children live together as far as is certain."""
        return self.groups.find(self.node(first)) == self.groups.find(self.node(second))

    def may_join(self, first: str, second: str) -> bool:
        """Whether nothing that is certain keeps two children apart."""
        return self.groups.may_join(self.node(first), self.node(second))

    def join(self, first: str, second: str) -> bool:
        """Let two children live together unless something certain keeps them apart."""
        return self.groups.join(self.node(first), self.node(second))

    def heads(self, members: list[str]) -> list[str]:
        """The first child of every group among some children, in their order."""
        return list({self.groups.find(self.node(child)): child for child in reversed(members)}.values())[::-1]

    def join_all(self, members: list[str]) -> bool:
        """Let children live together if all of them may; where two may not, nobody knows whom the others belong to."""
        heads = self.heads(members)
        if not all(self.may_join(first, second) for first, second in combinations(heads, 2)):
            return False
        for first, second in pairwise(heads):
            self.join(first, second)
        return True


def group_households(
    children: pl.DataFrame, identity: IdentityDefinition, known: KnownHere, decisions: Decisions
) -> Households:
    """Join children (one row each, with indexes, sorted by pseudonym) by everything that is certain."""
    lived = known.frame.filter(pl.col(HOUSEHOLD).is_not_null()).sort(CHILD)
    found = Households(Components(), dict(lived.select(CHILD, HOUSEHOLD).rows()), set(children[CHILD]))
    own, *rules = household_keys(identity)
    _tag(found, children, index_name(own))
    found.groups.keep_apart(
        (found.node(first), found.node(second)) for first, second in decisions.pairs(HOUSEHOLD_KIND, NOT_SAME)
    )
    for first, second in decisions.pairs(HOUSEHOLD_KIND, SAME):
        found.groups.join(found.node(first), found.node(second), whatever_tags=True)
    _join_by_number(found, children, lived, index_name(own))
    for child in children[CHILD]:
        if child in found.homes:
            found.groups.join((_CHILD, child), (_HOME, found.homes[child]))
    for fields in rules:
        for members in _sharing(children, lived, index_name(fields)):
            _join_by_rule(found, members, fields)
    return found


HOUSEHOLD_KIND = "household"


def _tag(found: Households, children: pl.DataFrame, own_index: str) -> None:
    for child, number in children.select(CHILD, own_index).drop_nulls().rows():
        found.groups.tag((_CHILD, child), _OWN_NUMBER, number)
    for household in sorted(set(found.homes.values())):
        found.groups.tag((_HOME, household), _HOME, household)


def _join_by_number(found: Households, children: pl.DataFrame, lived: pl.DataFrame, own_index: str) -> None:
    """Join the children with one number of their sender, and with the household known under it."""
    numbers = children.select(CHILD, own_index).drop_nulls().sort(own_index, CHILD)
    for (child, number), (other, same) in pairwise(numbers.rows()):
        if number == same:
            found.join(child, other)
    homes = lived.select(own_index, HOUSEHOLD).drop_nulls().unique().sort(HOUSEHOLD)
    for child, home in (
        numbers.join(homes, on=own_index, how="inner").sort(HOUSEHOLD, CHILD).select(CHILD, HOUSEHOLD).rows()
    ):
        found.groups.join((_CHILD, child), (_HOME, home))


def _sharing(children: pl.DataFrame, lived: pl.DataFrame, index: str) -> Iterator[list[str]]:
    """The children that agree in an index, register first, then known ones; only where the register has one."""
    here = children.select(CHILD, index).drop_nulls().with_columns(pl.lit(0).alias("place"))
    shared = lived.join(here, on=index, how="semi").select(CHILD, index).join(here, on=CHILD, how="anti")
    everyone = pl.concat([here, shared.with_columns(pl.lit(1).alias("place"))]).sort(index, "place", CHILD)
    grouped = everyone.group_by(index, maintain_order=True).agg(CHILD).filter(pl.col(CHILD).list.len() > 1)
    yield from grouped[CHILD].to_list()


def _join_by_rule(found: Households, members: list[str], fields: tuple[str, ...]) -> None:
    """Join all that agree in a rule's fields, or, where they cannot all live together, list them."""
    heads = found.heads(members)
    if found.join_all(heads):
        return
    for first, second in pairwise(heads):
        if not found.groups.parted(found.node(first), found.node(second)):
            found.refused.setdefault((min(first, second), max(first, second)), fields)


def household_ids(found: Households, children: list[str], key: bytes, known: KnownPersons) -> dict[str, str]:
    """The household of every child: the known one of its group, or a new pseudonym made from its lowest child.

    A new number is one no household has, also where the child's first household kept living under it without the child.
    """
    key = derive(key, "pseudonym")
    homes: dict[object, str] = {}
    for household in sorted(set(found.homes.values()), reverse=True):
        homes[found.groups.find((_HOME, household))] = household
    lowest: dict[object, str] = {}
    for child in sorted(children):
        group = found.groups.find((_CHILD, child))
        if group not in homes:
            lowest.setdefault(group, child)
    attempt = 0
    while lowest:
        made = {group: _new_household(key, child, attempt) for group, child in lowest.items()}
        taken = known.households_among(made.values())
        homes |= {group: household for group, household in made.items() if household not in taken}
        lowest = {group: child for group, child in lowest.items() if made[group] in taken}
        attempt += 1
    return {child: homes[found.groups.find((_CHILD, child))] for child in children}


def _new_household(key: bytes, child: str, attempt: int) -> str:
    return pseudonym(key, "h", f"household of {child} {attempt}")
