"""Which child a row speaks of: a pseudonym that stays the same over imports, files and senders."""

from __future__ import annotations

import polars as pl

from features.definition.structure import CHILD, REGION
from features.identity.decisions import SAME, Decisions
from features.identity.definition import IdentityDefinition
from features.identity.keys import derive, pseudonym
from features.identity.known import HAS_NUMBER, KnownHere, find_again_keys, index_name
from features.ledger.faults import LINE

PSEUDONYM = r"^[ch]\d{7}_\d{7}_\d{7}$"
_BETWEEN = "\x1f"
_NEW = "_new child"


def with_new_ids(rows: pl.DataFrame, identity: IdentityDefinition, key: bytes) -> pl.DataFrame:
    """The rows with the pseudonym each would have if nobody were known, and whether it says a number.

    The pseudonym comes from the ID number; without one from name, birth date and village; without these from the
    sender's number of the child; null where there is nothing to go by.
    """
    new = pl.Series(_NEW, _new_ids(rows, identity, derive(key, "pseudonym")), dtype=pl.String)
    return rows.with_columns(pl.col(identity.roles["child_number"]).is_not_null().alias(HAS_NUMBER), new)


def maybe_children(rows: pl.DataFrame) -> list[str | None]:
    """Every pseudonym the rows (``with_new_ids``) may get without looking anybody up."""
    return [*_given(rows), *rows[_NEW]]


def with_child_ids(
    rows: pl.DataFrame, identity: IdentityDefinition, known: KnownHere, decisions: Decisions
) -> pl.DataFrame:
    """The rows (``with_new_ids``) with the child each speaks of: a known one where there is one, else a new one."""
    number = identity.roles["child_number"]
    found = _given(rows)
    for fields in find_again_keys(identity):
        found = found.fill_null(_found_by(rows, found, index_name(fields), known, number))
    ids = found.fill_null(rows[_NEW]).replace(_aliases(decisions))
    return rows.drop(_NEW).with_columns(ids.alias(CHILD))


def _given(rows: pl.DataFrame) -> pl.Series:
    """A pseudonym of ours that came back with the row; anything else in that column is no pseudonym."""
    if CHILD not in rows.columns:
        return pl.Series(CHILD, [None] * rows.height, dtype=pl.String)
    given = rows[CHILD]
    return rows.select(pl.when(given.str.contains(PSEUDONYM)).then(given).alias(CHILD)).to_series()


def _found_by(rows: pl.DataFrame, found: pl.Series, index: str, known: KnownHere, number: str) -> pl.Series:
    """The one known child each row agrees with in an index; null where there is none, or more than one.

    A child with a number is not one known under another number; and of several rows that point at one known child
    without a number none is it for certain.
    """
    by_number = index == index_name([number])
    candidates = known.frame.select(
        pl.col(index), pl.col(CHILD).alias("candidate"), pl.col(HAS_NUMBER).alias("candidate has number")
    ).drop_nulls(index)
    open_rows = rows.select(LINE, index, HAS_NUMBER).filter(found.is_null())
    pairs = open_rows.join(candidates, on=index, how="inner")
    if not by_number:
        pairs = pairs.filter(~(pl.col(HAS_NUMBER) & pl.col("candidate has number")))
        claims = pl.col(LINE).filter(HAS_NUMBER).n_unique().over("candidate")
        pairs = pairs.filter(~pl.col(HAS_NUMBER) | (claims <= 1))
    one = pairs.group_by(LINE).agg(pl.col("candidate").unique()).filter(pl.col("candidate").list.len() == 1)
    one = one.with_columns(pl.col("candidate").list.first())
    return rows.select(LINE).join(one, on=LINE, how="left", maintain_order="left")["candidate"]


def _new_ids(rows: pl.DataFrame, identity: IdentityDefinition, key: bytes) -> list[str | None]:
    """Pseudonyms from the first of number, name with birth date and village, and sender's number that is there."""
    name, birth = identity.roles["child_name"], identity.roles["birth_date"]
    ways = [(identity.roles["child_number"],), (name, birth, REGION)]
    if (own := identity.roles.get("child_own_number")) is not None:
        ways.append((own, REGION))
    said = rows.select(
        pl.coalesce(
            pl.concat_str([pl.lit(_BETWEEN.join(fields)), *(pl.col(field) for field in fields)], separator=_BETWEEN)
            for fields in ways
        )
    ).to_series()
    return [None if words is None else pseudonym(key, "c", words) for words in said]


def _aliases(decisions: Decisions) -> dict[str, str]:
    """Pseudonyms a person found to be of one child: the lowest stands for all."""
    head: dict[str, str] = {}

    def find(child: str) -> str:
        while head.get(child, child) != child:
            child = head[child]
        return child

    for first, second in decisions.pairs("child", SAME):
        low, high = sorted((find(first), find(second)))
        head[high] = low
    return {child: find(child) for child in head if find(child) != child}
