"""The persons known from earlier imports, as they are looked up: pseudonyms and blind indexes, no name, no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from features.definition.structure import CHILD, HOUSEHOLD
from features.identity.definition import IdentityDefinition
from features.identity.keys import blind, derive

COUNTY = "county"
HAS_NUMBER = "has_number"
_BETWEEN = "\x1f"
NAMESAKE = ("child_name", "birth_date")
"""Roles: whoever agrees in these may be the same child."""


def index_name(fields: Sequence[str]) -> str:
    """The column of the blind index over some fields."""
    return "by_" + "__".join(fields)


def namesake_fields(identity: IdentityDefinition) -> tuple[str, ...]:
    """The fields whoever agrees in may be the same child."""
    return tuple(identity.roles[role] for role in NAMESAKE)


def find_again_keys(identity: IdentityDefinition) -> list[tuple[str, ...]]:
    """The keys by which a child is found again, in the order they are tried."""
    return [tuple(fields) for fields in identity.section("find_again")["keys"]]


def household_keys(identity: IdentityDefinition) -> list[tuple[str, ...]]:
    """The keys that make children one household for certain; the first is the sender's own number."""
    section = identity.section("households")
    return [tuple(section["own_number"]), *(tuple(fields) for fields in section["certain"])]


def index_keys(identity: IdentityDefinition) -> list[tuple[str, ...]]:
    """Every key persons are looked up by, each once."""
    keys = [*find_again_keys(identity), namesake_fields(identity), *household_keys(identity)]
    return list(dict.fromkeys(keys))


def known_schema(identity: IdentityDefinition) -> dict[str, type[pl.DataType]]:
    """The columns of a frame of known persons."""
    indexes = {index_name(fields): pl.String for fields in index_keys(identity)}
    return {CHILD: pl.String, HOUSEHOLD: pl.String, COUNTY: pl.String, HAS_NUMBER: pl.Boolean, **indexes}


def with_indexes(rows: pl.DataFrame, identity: IdentityDefinition, key: bytes) -> pl.DataFrame:
    """The rows with a blind index for every key; null where a field of the key is not known."""
    index_key = derive(key, "index")
    columns = []
    for fields in index_keys(identity):
        label = _BETWEEN.join(fields)
        values = rows.select(
            pl.concat_str([pl.lit(label), *(pl.col(name) for name in fields)], separator=_BETWEEN, ignore_nulls=False)
        ).to_series()
        columns.append(pl.Series(index_name(fields), blind(index_key, values), dtype=pl.String))
    return rows.with_columns(columns)


@dataclass(frozen=True, slots=True)
class KnownPersons:
    """Persons known before: ``frame`` of ``known_schema``, one row per child."""

    frame: pl.DataFrame

    @classmethod
    def nobody(cls, identity: IdentityDefinition) -> KnownPersons:
        """What is known before the first import."""
        return cls(pl.DataFrame(schema=known_schema(identity)))

    def and_also(self, persons: Iterable[pl.DataFrame]) -> KnownPersons:
        """With the persons of workbooks of the same import, which are not in the table yet; the later word counts."""
        frames = [self.frame, *(frame.select(self.frame.columns) for frame in persons)]
        return KnownPersons(pl.concat(frames).unique(CHILD, keep="last", maintain_order=True))
