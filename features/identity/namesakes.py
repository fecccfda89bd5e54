"""Rows that may speak of one child: the same name, and the same birth date or one with two digits swapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition.structure import CHILD
from features.identity.definition import IdentityDefinition
from features.identity.known import HAS_NUMBER, KnownHere, index_name, namesake_fields
from features.identity.linkage import PAIRS


@dataclass(frozen=True, slots=True)
class Namesakes:
    """The section ``[namesakes]`` of an identity definition: odds that namesakes are one child."""

    prior: float
    swapped: float
    list_at: float
    with_numbers: int
    most_in_a_block: int
    fields: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, identity: IdentityDefinition) -> Namesakes:
        """Read the section."""
        return cls(**identity.section("namesakes"))


def namesake_pairs(children: pl.DataFrame, identity: IdentityDefinition) -> pl.DataFrame:
    """Pairs of the register that may be one child (PAIRS). ``children``: one row per child, tidy."""
    how = Namesakes.of(identity)
    name, birth = namesake_fields(identity)
    pairs = _blocked(children, name, birth, how).filter(
        (pl.col(birth) == pl.col(f"{birth} 2")) | _swapped(birth, f"{birth} 2")
    )
    fields = [field for field in how.fields if field in children.columns]
    same = [pl.col(field) == pl.col(f"{field} 2") for field in fields]
    agreed = pl.concat_list(
        pl.lit(name),
        pl.when(pl.col(birth) == pl.col(f"{birth} 2")).then(pl.lit(birth)),
        *(pl.when(equal).then(pl.lit(field)) for equal, field in zip(same, fields, strict=True)),
    ).list.drop_nulls()
    more = pl.sum_horizontal(equal.fill_null(value=False).cast(pl.Int64) for equal in same)
    two_numbers = pl.col(HAS_NUMBER) & pl.col(f"{HAS_NUMBER} 2")
    return (
        pairs.filter(~two_numbers | (more >= how.with_numbers))
        .select(
            pl.col(CHILD).alias("first"),
            pl.col(f"{CHILD} 2").alias("second"),
            _probability(how, fields, birth).round(6).alias("probability"),
            agreed.alias("agreed"),
        )
        .filter(pl.col("probability") >= how.list_at)
        .cast(pl.Schema(PAIRS))
        .sort("first", "second")
    )


def known_namesakes(children: pl.DataFrame, identity: IdentityDefinition, known: KnownHere) -> pl.DataFrame:
    """Pairs of a child of the register and another known one with the same name and birth date (PAIRS).

    Of the known nothing but that can be compared, so a pair of two numbered children is not listed, and the
    probability is the one namesakes begin with.
    """
    how = Namesakes.of(identity)
    fields = namesake_fields(identity)
    index = index_name(fields)
    others = known.frame.join(children, on=CHILD, how="anti").select(
        index, pl.col(CHILD).alias("other"), pl.col(HAS_NUMBER).alias("other has number")
    )
    pairs = children.select(index, CHILD, HAS_NUMBER).drop_nulls(index).join(others, on=index, how="inner")
    return (
        pairs.filter(~(pl.col(HAS_NUMBER) & pl.col("other has number")))
        .select(
            pl.col(CHILD).alias("first"),
            pl.col("other").alias("second"),
            pl.lit(how.prior).alias("probability"),
            pl.lit(list(fields)).alias("agreed"),
        )
        .cast(pl.Schema(PAIRS))
        .sort("first", "second")
    )


def _blocked(children: pl.DataFrame, name: str, birth: str, how: Namesakes) -> pl.DataFrame:
    """Pairs with the same name and the same digits of the birth date, in whatever order.

    Of a block too large to be of real namesakes only neighbours are paired.
    """
    digits = pl.col(birth).str.replace_all(r"\D", "").str.split("").list.sort().list.join("")
    rows = children.with_columns(digits.alias("digits")).drop_nulls([name, "digits"]).sort(CHILD)
    rows = rows.with_columns(
        pl.len().over(name, "digits").alias("size"), pl.int_range(pl.len()).over(name, "digits").alias("place")
    ).filter(pl.col("size") > 1)
    other = rows.select(pl.all().name.suffix(" 2"))
    pairs = rows.join(other, left_on=[name, "digits"], right_on=[f"{name} 2", "digits 2"], how="inner")
    gap = pl.col("place 2").cast(pl.Int64) - pl.col("place").cast(pl.Int64)
    return pairs.filter((gap > 0) & ((pl.col("size") <= how.most_in_a_block) | (gap == 1)))


def _swapped(first: str, second: str) -> pl.Expr:
    """Whether two dates differ in two neighbouring digits that changed places."""
    one, other = (pl.col(column).str.replace_all(r"\D", "") for column in (first, second))
    differ = pl.sum_horizontal((one.str.slice(k, 1) != other.str.slice(k, 1)).cast(pl.Int64) for k in range(8))
    swap = pl.any_horizontal(
        (one.str.slice(k, 1) == other.str.slice(k + 1, 1)) & (one.str.slice(k + 1, 1) == other.str.slice(k, 1))
        & (one.str.slice(k, 1) != one.str.slice(k + 1, 1))
        for k in range(7)
    )  # fmt: skip
    return (differ == 2) & swap


def _probability(how: Namesakes, fields: list[str], birth: str) -> pl.Expr:
    """Prior odds times the factor of every field known in both."""
    odds = pl.lit(how.prior / (1 - how.prior))
    odds = odds * pl.when(pl.col(birth) == pl.col(f"{birth} 2")).then(1.0).otherwise(how.swapped)
    for field in fields:
        equal, factors = pl.col(field) == pl.col(f"{field} 2"), how.fields[field]
        odds = odds * pl.when(equal).then(factors["agree"]).when(~equal).then(factors["differ"]).otherwise(1.0)
    return odds / (1 + odds)
