"""Visits grouped by village, and what each detour costs."""

from __future__ import annotations

import polars as pl

from features.definition.structure import REGION
from models.policy.lists.draw import DRAWN, KIND, PLACE

STOP = "stop"
VILLAGE = REGION


def with_stops(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with ``stop``: the number of each listed visit when villages are visited one after the other.

    Villages go in the order of their first place; within a village the order stays.
    """
    listed = frame.filter(pl.col(DRAWN))
    first = pl.col(PLACE).min().over(VILLAGE)
    grouped = listed.sort(first, VILLAGE, PLACE).with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(STOP))
    return frame.join(grouped.select(PLACE, STOP), on=PLACE, how="left", maintain_order="left")


def village_costs(frame: pl.DataFrame) -> pl.DataFrame:
    """What the grouping does to each village, and what each detour finds, in the order of the stops.

    ``moved``: by how many places the visits of the village go before their order, on average; negative where they
    wait for others. A village is a ``detour`` when no duty leads there; ``given_up`` says for it how many more new
    needs its ordered visits are expected to find than the next households of villages that are visited anyway (null:
    no probabilities, or no such households). Little given up means that the way may be saved.

    Args:
        frame: as ``with_stops`` gives it.

    Returns:
        region_code, visits, duties, first_stop, moved, detour, given_up; a row per village with a listed visit.
    """
    villages = (
        frame.filter(pl.col(DRAWN))
        .sort(STOP)
        .group_by(VILLAGE, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("visits"),
            (pl.col(KIND) == "duty").sum().cast(pl.Int64).alias("duties"),
            pl.col(STOP).min().alias("first_stop"),
            (pl.col(PLACE) - pl.col(STOP)).mean().alias("moved"),
        )
        .with_columns((pl.col("duties") == 0).alias("detour"))
    )
    return villages.join(_given_up(frame, villages), on=VILLAGE, how="left", maintain_order="left")


def _given_up(frame: pl.DataFrame, villages: pl.DataFrame) -> pl.DataFrame:
    """Expected needs of a detour's ordered visits, less those of the best households not listed on the way."""
    on_the_way = villages.filter(~pl.col("detour"))[VILLAGE]
    spare = frame.filter(~pl.col(DRAWN) & pl.col(VILLAGE).is_in(on_the_way.implode())).sort("order")
    chances = spare["probability"].drop_nulls().to_list()
    rows = []
    for village in villages.filter(pl.col("detour"))[VILLAGE]:
        here = frame.filter((pl.col(VILLAGE) == village) & (pl.col(KIND) == "score"))
        known = here["probability"].drop_nulls().to_list()
        if known and len(chances) >= len(known):
            rows.append({VILLAGE: village, "given_up": sum(known) - sum(chances[: len(known)])})
    return pl.DataFrame(rows, schema={VILLAGE: pl.String, "given_up": pl.Float64})
