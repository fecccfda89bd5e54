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
class KnownHere:
    """The known persons the rows of a register may speak of: ``frame`` of ``known_schema``, one row per child."""

    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class KnownPersons:
    """Everybody known before, in parts; of a child in several the last counts.

    Millions may be known, so the indexes are kept as numbers of 16 bytes and no part is ever copied: what a register
    may speak of is taken out by ``about``.
    """

    parts: tuple[pl.DataFrame, ...]
    indexes: tuple[str, ...]

    @classmethod
    def nobody(cls, identity: IdentityDefinition) -> KnownPersons:
        """What is known before the first import."""
        schema = known_schema(identity)
        indexes = tuple(name for name in schema if name.startswith("by_"))
        return cls((pl.DataFrame(schema=schema).with_columns(_as_number(name) for name in indexes),), indexes)

    def and_also(self, persons: Iterable[pl.DataFrame]) -> KnownPersons:
        """With more persons (of ``known_schema``, maybe with more columns), of whom the later word counts."""
        columns = self.parts[0].columns
        new = [frame.select(columns).with_columns(_as_number(name) for name in self.indexes) for frame in persons]
        return KnownPersons((*self.parts, *new), self.indexes)

    @property
    def frame(self) -> pl.DataFrame:
        """All of them: one row per child, of ``known_schema``, by child."""
        return self._joined(self.parts).sort(CHILD)

    def about(self, rows: pl.DataFrame, children: Iterable[str | None]) -> KnownHere:
        """Whoever shares an index with a row, or is among some children (pseudonyms).

        Args:
            rows: with an index for every key (``with_indexes``).
            children: pseudonyms rows may get without any index, or that decisions name.
        """
        wanted = {name: _as_number_of(rows[name]).unique().drop_nulls() for name in self.indexes}
        named = pl.Series(CHILD, list(children), dtype=pl.String).drop_nulls().unique()
        found = [named.to_frame().clear()]
        for part in self.parts:
            shared = (part.join(values.to_frame(), on=name, how="semi") for name, values in wanted.items())
            found += [part.join(named.to_frame(), on=CHILD, how="semi").select(CHILD)]
            found += [one.select(CHILD) for one in shared]
        # A child's newer part counts though only an older one shares something, so all its parts are taken.
        found_children = pl.concat(found).unique()
        return KnownHere(self._joined([part.join(found_children, on=CHILD, how="semi") for part in self.parts]))

    def households_among(self, households: Iterable[str]) -> set[str]:
        """Those of some households in which somebody is known to live."""
        asked = pl.DataFrame({HOUSEHOLD: list(households)}, schema={HOUSEHOLD: pl.String})
        held = [asked.join(part, on=HOUSEHOLD, how="semi")[HOUSEHOLD] for part in self.parts]
        return {household for found in held for household in found}

    def _joined(self, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
        one = pl.concat(parts).unique(CHILD, keep="last", maintain_order=True)
        return one.with_columns(_as_text(one[name]) for name in self.indexes)


def _as_number(index: str) -> pl.Expr:
    return pl.col(index).str.to_integer(base=16, dtype=pl.UInt128)


def _as_number_of(index: pl.Series) -> pl.Series:
    return index.to_frame().select(_as_number(index.name)).to_series()


def _as_text(index: pl.Series) -> pl.Series:
    """The index as it was before it became a number."""
    return pl.Series(index.name, [None if value is None else f"{value:032x}" for value in index], dtype=pl.String)
