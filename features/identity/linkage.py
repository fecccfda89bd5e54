"""Which children are likely to live together, by probabilistic record linkage (Splink on DuckDB, all in memory).

The weights are data, nothing is trained: a small register is judged like a large one, and the same register gives the
same pairs whatever the order of its rows. Nothing is fetched, written to disk or logged.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from features.definition import DefinitionError
from features.definition.structure import CHILD
from features.identity.definition import IdentityDefinition

if TYPE_CHECKING:
    from polars._typing import PolarsDataType
    from splink import SettingsCreator
    from splink.internals.comparison_creator import ComparisonCreator

PAIRS: dict[str, PolarsDataType] = {
    "first": pl.String,
    "second": pl.String,
    "probability": pl.Float64,
    "agreed": pl.List(pl.String),
}
_SEPARATE = "__"


@dataclass(frozen=True, slots=True)
class Likely:
    """The section ``[likely_households]`` of an identity definition."""

    siblings_per_child: float
    fewest_children: int
    join_at: float
    list_at: float
    most_in_a_block: int
    blocks: Sequence[Sequence[str]]
    fields: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, identity: IdentityDefinition) -> Likely:
        """Read the section. DefinitionError when a block has a field that is not compared."""
        likely = cls(**identity.section("likely_households"))
        for name in {name for block in likely.blocks for name in block} - likely.fields.keys():
            raise DefinitionError(f"{identity.where} [likely_households] blocks: '{name}' is not among the fields")
        return likely


def likely_pairs(children: pl.DataFrame, likely: Likely) -> pl.DataFrame:
    """Pairs of children that live together with at least the probability from which pairs are listed.

    Args:
        children: one row per child (``child_id``) with the tidy fields; those of ``likely.fields`` must be there.
        likely: weights, blocks and thresholds.

    Returns:
        PAIRS, sorted; ``first`` is the lower pseudonym.
    """
    if children.height < 2:
        return pl.DataFrame(schema=PAIRS)
    blocked = _with_blocks(children.sort(CHILD).select(CHILD, *likely.fields), likely)
    found = _predict(blocked, likely)
    low, high = pl.min_horizontal(f"{CHILD}_l", f"{CHILD}_r"), pl.max_horizontal(f"{CHILD}_l", f"{CHILD}_r")
    exact = [pl.when(pl.col(f"{name}_l") == pl.col(f"{name}_r")).then(pl.lit(name)) for name in likely.fields]
    return found.select(
        low.alias("first"),
        high.alias("second"),
        pl.col("match_probability").cast(pl.Float64).round(6).alias("probability"),
        pl.concat_list(exact).list.drop_nulls().alias("agreed"),
    ).sort("first", "second")


def _with_blocks(children: pl.DataFrame, likely: Likely) -> pl.DataFrame:
    """A column per block; a value that too many children share brings nobody together."""
    blocks = children.with_columns(
        pl.concat_str(list(block), separator="\x1f").alias(_block_name(block)) for block in likely.blocks
    )
    return blocks.with_columns(
        pl.when(pl.len().over(name).is_between(2, likely.most_in_a_block)).then(pl.col(name)).alias(name)
        for name in map(_block_name, likely.blocks)
    )


def _block_name(block: Sequence[str]) -> str:
    return "block_" + _SEPARATE.join(block)


def _predict(children: pl.DataFrame, likely: Likely) -> pl.DataFrame:
    import duckdb

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), duckdb.connect(":memory:") as connection:
        warnings.simplefilter("ignore")  # of what is not trained: nothing is
        from splink import DuckDBAPI, Linker

        for setting in ("threads = 1", "temp_directory = ''", "autoinstall_known_extensions = false"):
            connection.execute(f"SET {setting}")
        connection.from_arrow(children.to_arrow()).create("children")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("children"), _settings(likely, children.height), log_level=None)
        for name, frequencies in _frequencies(children, likely).items():
            connection.from_arrow(frequencies.to_arrow()).create(f"frequency_{name}")
            linker.table_management.register_term_frequency_lookup(api.register(f"frequency_{name}"), name)
        connection.execute("SET enable_external_access = false")
        answer = linker.inference.predict(threshold_match_probability=likely.list_at)
        found: pl.DataFrame = connection.table(answer.physical_name).pl()
    return found


def _frequencies(children: pl.DataFrame, likely: Likely) -> dict[str, pl.DataFrame]:
    """How frequent each value of a field is among strangers: counted, and mixed with what is usual.

    The usual frequency counts like ``fewest_children`` more children, so that in a short list, where every name is
    half of the names, a name does not seem common.
    """
    usual = likely.fewest_children
    tables = {}
    for name, raw in likely.fields.items():
        if raw["by_frequency"]:
            counted = children.select(name).drop_nulls().group_by(name).len().sort(name)
            of_strangers = (pl.col("len") - 1 + raw["strangers"][0] * usual) / (pl.col("len").sum() + usual)
            tables[name] = counted.select(name, of_strangers.alias(f"tf_{name}"))
    return tables


def _settings(likely: Likely, children: int) -> SettingsCreator:
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=CHILD,
        probability_two_random_records_match=likely.siblings_per_child / max(children, likely.fewest_children),
        blocking_rules_to_generate_predictions=[block_on(_block_name(block)) for block in likely.blocks],
        comparisons=[_comparison(name, raw) for name, raw in likely.fields.items()],
        retain_matching_columns=True,
        linker_uid="mopai",
    )


def _comparison(name: str, raw: Mapping[str, Any]) -> ComparisonCreator:
    """Exact, but for one character, otherwise; what is not known says nothing."""
    from splink.internals.comparison_level_library import ElseLevel, ExactMatchLevel, LevenshteinLevel, NullLevel
    from splink.internals.comparison_library import CustomComparison

    same, strangers = list(raw["same"]), list(raw["strangers"])
    levels = [
        ExactMatchLevel(name, term_frequency_adjustments=bool(raw["by_frequency"])),
        LevenshteinLevel(name, distance_threshold=1),
        ElseLevel(),
    ]
    weighted = [
        level.configure(m_probability=m, u_probability=u)
        for level, m, u in zip(levels, [*same, 1 - sum(same)], [*strangers, 1 - sum(strangers)], strict=True)
    ]
    return CustomComparison(output_column_name=name, comparison_levels=[NullLevel(name), *weighted])
