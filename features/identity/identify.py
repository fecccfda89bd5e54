"""From a register with names to rows with pseudonyms, the persons apart, and what somebody must look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from features.definition import Definition
from features.definition.structure import CHILD, COUNTY_DIGITS, HOUSEHOLD, REGION
from features.identity import duplicates
from features.identity.children import maybe_children, with_child_ids, with_new_ids
from features.identity.decisions import Decisions
from features.identity.definition import IdentityDefinition
from features.identity.households import group_households, household_ids
from features.identity.known import COUNTY, KnownPersons, known_schema, with_indexes
from features.identity.numbers import check_numbers
from features.identity.register_faults import REGISTER_FAULTS, join_register_faults
from features.identity.rules import Rules
from features.identity.text import tidy
from features.identity.uncertain import UNCERTAIN, uncertain_children, uncertain_households, with_rows
from features.ledger.faults import LINE

__all__ = ["REGISTER_FAULTS", "UNCERTAIN", "Identified", "Prepared", "identify", "name_persons", "prepare"]


@dataclass(frozen=True, slots=True)
class Identified:
    """What became of a register.

    ``rows``: without identity fields, with ``child_id`` (null where a row says of nobody who it is) and
    ``household_id``. ``persons``: what the encrypted table takes once the import is done, one row per child; never
    written elsewhere. ``faults``: of REGISTER_FAULTS. ``uncertain``: of UNCERTAIN.
    """

    rows: pl.DataFrame
    persons: pl.DataFrame
    faults: pl.DataFrame
    uncertain: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Prepared:
    """A register as far as it can be judged by itself; what is left is who of other registers is meant.

    ``rows``: tidy, with indexes and with the pseudonym each would have if nobody were known. ``faults``: of
    REGISTER_FAULTS. ``sent``: the columns as sent.
    """

    rows: pl.DataFrame
    faults: pl.DataFrame
    sent: Sequence[str]


def identify(
    rows: pl.DataFrame,
    identity: IdentityDefinition,
    definition: Definition,
    key: bytes,
    known: KnownPersons,
    decisions: Decisions,
) -> Identified:
    """Say of every row which child and household it speaks of, and what cannot be right about it.

    Args:
        rows: String columns of the ledger and of the identity definition (any may be absent), and Int64 ``_row``.
        identity: the identity fields.
        definition: the ledger definition the rows belong to.
        key: the key of the home (``load_key``).
        known: the persons of earlier imports (``Vault.known``), and of earlier workbooks of this one.
        decisions: what a person said of uncertain pairs.
    """
    return name_persons(prepare(rows, identity, definition, key), identity, key, known, decisions)


def prepare(rows: pl.DataFrame, identity: IdentityDefinition, definition: Definition, key: bytes) -> Prepared:
    """The part of ``identify`` that needs nobody else's register, so that registers can be prepared side by side."""
    complete = tidy(_with_structure(rows), identity)
    numbers = check_numbers(complete, identity)
    made = with_new_ids(with_indexes(numbers.rows, identity, key), identity, key)
    faults = [*numbers.faults, *Rules.of(identity, definition).faults(made, definition)]
    return Prepared(made, join_register_faults(faults), rows.columns)


def name_persons(
    prepared: Prepared, identity: IdentityDefinition, key: bytes, known: KnownPersons, decisions: Decisions
) -> Identified:
    """The part of ``identify`` that compares the children of a register with each other and with those known."""
    here = known.about(prepared.rows, [*maybe_children(prepared.rows), *decisions.children])
    named = with_child_ids(prepared.rows, identity, here, decisions)
    children = named.filter(pl.col(CHILD).is_not_null()).sort(LINE).unique(CHILD, keep="first").sort(CHILD)
    found = group_households(children, identity, here, decisions)
    open_households = uncertain_households(children, identity, found, decisions)
    homes = household_ids(found, children[CHILD].to_list(), key, known)
    done = named.with_columns(
        pl.col(CHILD).replace_strict(homes, default=None, return_dtype=pl.String).alias(HOUSEHOLD)
    )
    county = pl.col(REGION).str.slice(0, COUNTY_DIGITS)
    faults = [
        prepared.faults,
        duplicates.nobody(done, identity),
        duplicates.repeated(done, identity),
        duplicates.against_known(done, identity, here, county),
    ]
    return Identified(
        rows=_without_identity(done, prepared.sent, identity),
        persons=_persons(done.with_columns(county.alias(COUNTY)), identity),
        faults=join_register_faults(faults),
        uncertain=with_rows(children, uncertain_children(children, identity, here, decisions), open_households),
    )


def _with_structure(rows: pl.DataFrame) -> pl.DataFrame:
    absent = [name for name in (REGION,) if name not in rows.columns]
    return rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def _without_identity(done: pl.DataFrame, sent: Sequence[str], identity: IdentityDefinition) -> pl.DataFrame:
    """The rows as sent, in their order, with pseudonyms in front, filled-in facts, and nothing that names a person."""
    kept = [name for name in sent if name not in {*identity.fields, CHILD, HOUSEHOLD, LINE}]
    filled = [identity.roles[role] for role in ("birth_date", "sex")]
    return done.select(LINE, CHILD, HOUSEHOLD, *kept, *(name for name in filled if name not in kept))


def _persons(done: pl.DataFrame, identity: IdentityDefinition) -> pl.DataFrame:
    columns = list(dict.fromkeys([*known_schema(identity), REGION, identity.roles["birth_date"], *identity.fields]))
    known = done.filter(pl.col(CHILD).is_not_null()).sort(LINE)
    return known.unique(CHILD, keep="last", maintain_order=True).sort(CHILD).select(columns)
