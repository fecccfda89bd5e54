"""The model's trees grown again with each protected fact added, and without each support domain's features.

All refits see the same rows and grow as many trees with the same settings, so that only the columns differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contract import FeatureContract
from features.definition import Definition
from features.definition.feature import feature_specs
from features.definition.groups import AuditGroup, audit_groups
from features.membership import group_column
from training.dataset import Dataset, Part
from training.fairness.settings import AblationRule
from training.refit import Recipe, refit
from training.tune import sample_of

Matrix = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]
PartScorer = Callable[[Part], FloatArray]
Kind = Literal["as it is", "with", "without"]

AS_IT_IS: Literal["as it is"] = "as it is"


@dataclass(frozen=True, slots=True)
class Variant:
    """One refit: with a protected fact added, or without the features of a support domain.

    ``columns``: how many were added or left out.
    """

    name: str
    kind: Kind
    about: str
    columns: int


def protected_groups(definition: Definition) -> tuple[AuditGroup, ...]:
    """The audit groups that speak of a protected column, and the county, which is a protected region."""
    protected = {column for _, column in definition.protected_columns}
    groups = audit_groups(definition).groups.values()
    return tuple(group for group in groups if group.kind == "county" or group.column in protected)


def refitted(
    dataset: Dataset, recipe: Recipe, definition: Definition, rule: AblationRule, *, threads: int
) -> tuple[tuple[Variant, ...], pl.DataFrame]:
    """Grow every variant on the fit window and score the test window with it.

    Returns:
        The variants, the unchanged one first, and the rows of the test window with a column of scores per variant.
    """
    plan = recipe.plan
    fit = dataset.learning_part("fit", rule.rows_at_most, plan.seed)
    small = replace(recipe, rounds=min(recipe.rounds, rule.rounds_at_most))
    groups = protected_groups(definition)
    codes = {group.name: _codes(dataset, group) for group in groups}
    variants = (Variant(AS_IT_IS, AS_IT_IS, "", 0), *_with(groups, codes), *_without(definition, recipe.contract))
    scores: dict[str, list[pl.Series]] = {variant.name: [] for variant in variants}
    for variant in variants:
        score = _grown(variant, small, fit, codes.get(variant.about, ()), definition, threads)
        scores[variant.name] = [pl.Series(variant.name, score(part)) for part in dataset.parts("test")]
    rows = pl.concat(part.rows for part in dataset.parts("test"))
    return variants, rows.with_columns(pl.concat(parts).alias(name) for name, parts in scores.items())


def _with(groups: tuple[AuditGroup, ...], codes: Mapping[str, tuple[str, ...]]) -> Iterator[Variant]:
    for group in groups:
        yield Variant(f"with {group.name}", "with", group.name, len(codes[group.name]))


def _without(definition: Definition, contract: FeatureContract) -> Iterator[Variant]:
    for domain in definition.domains:
        columns = domain_columns(definition, contract, domain)
        if 0 < columns.size < len(contract.names):
            yield Variant(f"without {domain}", "without", domain, int(columns.size))


def domain_columns(definition: Definition, contract: FeatureContract, domain: str) -> npt.NDArray[np.intp]:
    """Places of the contract's columns whose feature speaks of a support domain."""
    domains = {spec.name: spec.domain for spec in feature_specs(definition)}
    return np.flatnonzero([domains[source] == domain for source in contract.sources])


def _codes(dataset: Dataset, group: AuditGroup) -> tuple[str, ...]:
    if group.kind == "county":
        return dataset.counties
    return tuple(group.names)


def _grown(
    variant: Variant, recipe: Recipe, fit: Part, codes: tuple[str, ...], definition: Definition, threads: int
) -> PartScorer:
    """Grow one variant and return what scores a part with the columns it sees."""
    if variant.kind == "without":
        left_out = domain_columns(definition, recipe.contract, variant.about)
        kept = np.setdiff1d(np.arange(len(recipe.contract.names)), left_out)
        score = refit(recipe, sample_of(fit), threads=threads, columns=kept)
        return lambda part: score(np.asarray(part.matrix))
    if variant.kind == AS_IT_IS:
        score = refit(recipe, sample_of(fit), threads=threads)
        return lambda part: score(np.asarray(part.matrix))
    column = group_column(variant.about)
    wide = replace(recipe, contract=_widened(recipe.contract, variant.about, codes))
    sample = sample_of(fit)
    score = refit(wide, replace(sample, matrix=_beside(fit, column, codes)), threads=threads)
    return lambda part: score(_beside(part, column, codes))


def _widened(contract: FeatureContract, name: str, codes: tuple[str, ...]) -> FeatureContract:
    added = len(codes)
    return FeatureContract(
        names=(*contract.names, *(f"protected_{name}_{place}" for place in range(added))),
        sources=(*contract.sources, *[f"protected_{name}"] * added),
        directions=(*contract.directions, *[0] * added),
        ranges=(*contract.ranges, *[(0.0, 1.0)] * added),
        meaning=contract.meaning,
    )


def _beside(part: Part, column: str, codes: tuple[str, ...]) -> Matrix:
    """The part's features with a column per group beside them; a group not known is in none."""
    members = part.rows[column]
    hot = [(members == code).fill_null(value=False).cast(pl.Float32).to_numpy() for code in codes]
    return np.ascontiguousarray(np.column_stack([np.asarray(part.matrix), *hot]), dtype=np.float32)
