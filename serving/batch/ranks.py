"""Places of households in their village, county and region. A file of scores holds a place only after all are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from features.definition.structure import CHILD, COUNTY_DIGITS, HOUSEHOLD, REGION, VILLAGE_DIGITS
from features.known import HOME
from features.parallel import cores
from models.policy.ordering import DRIVER, ORDER_COLUMNS, household_places, in_order

RANK_VILLAGE = "rank_village"
RANK_COUNTY = "rank_county"
RANK_REGION = "rank_region"

_VILLAGE = "village"
_COUNTY = "county"
_ROW = "row"


def with_county_ranks(children: pl.DataFrame) -> pl.DataFrame:
    """The children of a county with the places of their households in village and county, in that order.

    Within a household the child that gives the place comes first. Of several counties together, which ``HOME`` tells
    apart, one follows the other, and each counts its own.
    """
    home = [HOME] if HOME in children.columns else []
    village = pl.col(REGION).str.slice(0, VILLAGE_DIGITS).alias(_VILLAGE)
    keys = children.select(*ORDER_COLUMNS, *home, village, pl.row_index(_ROW))
    places = household_places(keys, {RANK_COUNTY: home, RANK_VILLAGE: [*home, _VILLAGE]}).sort(
        *home, RANK_COUNTY, DRIVER, CHILD, descending=[*(False for _ in home), False, True, False]
    )
    return children[places[_ROW]].hstack(places.select(DRIVER, RANK_COUNTY, RANK_VILLAGE))


def region_ranks(parts: Sequence[tuple[str, Path]]) -> dict[str, pl.DataFrame]:
    """The places of households in the whole region: county -> household_id, rank_region.

    Args:
        parts: each county with its staged file of children that have their county places.
    """
    with ThreadPoolExecutor(cores()) as threads:
        keys = list(threads.map(_drivers, parts))
    ordered = in_order(pl.concat(keys)).select(
        _COUNTY, HOUSEHOLD, pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(RANK_REGION)
    )
    found = {str(key[0]): part for key, part in ordered.partition_by(_COUNTY, as_dict=True, include_key=False).items()}
    return {county: found.get(county, ordered.clear().drop(_COUNTY)) for county, _ in parts}


def _drivers(part: tuple[str, Path]) -> pl.DataFrame:
    """What a county's households are ordered by, a row for each."""
    county, path = part
    rows = pl.read_ipc(path, columns=[*ORDER_COLUMNS, DRIVER])
    return rows.filter(pl.col(DRIVER)).with_columns(pl.lit(county).alias(_COUNTY))


def listed_twice(ranks: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """The counties whose households stand in another county's order too: a move that one of them has not recorded."""
    homes = pl.concat([part.select(HOUSEHOLD, pl.lit(county).alias(_COUNTY)) for county, part in ranks.items()])
    return tuple(homes.filter(pl.col(HOUSEHOLD).is_duplicated())[_COUNTY].unique().sort())


def in_region(children: pl.DataFrame, region: str) -> pl.DataFrame:
    """The children of the region: all of the county unless the region is a part of one."""
    if len(region) <= COUNTY_DIGITS:
        return children
    return children.filter(pl.col(REGION).str.starts_with(region))
