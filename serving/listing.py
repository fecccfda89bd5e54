"""The top of a scored region as people read it: households with a duty first, then those the score orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.cli.console import UserError
from features.definition import Definition, Label
from models.policy.ordering import DRIVER
from serving.batch.folder import COUNTY, ScoreFolder
from serving.batch.manifest import ScoreManifest
from serving.batch.ranks import RANK_REGION
from serving.cases import Case, FeatureWords, case_of
from serving.likely import DomainWords


@dataclass(frozen=True, slots=True)
class ListedHousehold:
    """A household in its place: the child that gives the place, and how many other children it has."""

    place: int
    case: Case
    others: int


@dataclass(frozen=True, slots=True)
class Part:
    """The first households of one part of the order, and how many more follow in it."""

    households: tuple[ListedHousehold, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Households that law or policy demands to visit, and those after them in the order of the score.

    ``not_estimable``: the support domains with too few labels for a model.
    """

    duties: Part
    by_score: Part
    not_estimable: tuple[Label, ...]

    @property
    def likely(self) -> tuple[DomainWords, ...]:
        """The domains in which a need is likely for a child that gives its household's place, each once."""
        households = (*self.duties.households, *self.by_score.households)
        return tuple(dict.fromkeys(words for household in households for words in household.case.likely or ()))


def after_duties(manifest: ScoreManifest) -> Label:
    """What orders the households after those with a duty: the score, or the lot where nobody was scored."""
    counts = manifest.counts()
    if counts["no_score"] and not counts["scored"]:
        return Label("其后按抽签（没有评分）", "Then by lot (nobody was scored)")
    if counts["suspended"] and not counts["scored"]:
        return Label("其后按抽签（评分已暂停）", "Then by lot (scores are suspended)")
    return Label("其后按评分", "Then by score")


def top_of(folder: ScoreFolder, definition: Definition, households: int) -> Listing:
    """The first households of both parts of the order, about half from each; one part's room goes to the other.

    Args:
        folder: the scores of a region.
        definition: the ledger definition they were made with.
        households: how many to list in all.

    Raises:
        UserError: the scores were made with another version of the definition, whose words would not fit.
    """
    manifest = folder.manifest
    if manifest.definition_hash != definition.hash:
        raise UserError(
            f"{folder.folder}: scored with another version of the definition '{definition.name}'",
            "score the region again",
        )
    counts = manifest.counts()
    duties, rest = counts["duty_households"], counts["households"] - counts["duty_households"]
    by_score = min(rest, max(households // 2, households - duties))
    shown = min(duties, households - by_score)
    words = FeatureWords.of(definition)
    return Listing(
        Part(_between(folder, words, 1, shown), duties - shown),
        Part(_between(folder, words, duties + 1, duties + by_score), rest - by_score),
        tuple(definition.domains[name] for name in manifest.domains_without_model),
    )


def _between(folder: ScoreFolder, words: FeatureWords, first: int, last: int) -> tuple[ListedHousehold, ...]:
    families: dict[int, list[dict[str, Any]]] = {}
    for row in folder.between(first, last).to_dicts():
        families.setdefault(row[RANK_REGION], []).append(row)
    return tuple(_listed(place, family, folder, words) for place, family in families.items())


def _listed(
    place: int, family: Sequence[Mapping[str, Any]], folder: ScoreFolder, words: FeatureWords
) -> ListedHousehold:
    driver = next(row for row in family if row[DRIVER])
    return ListedHousehold(place, case_of(driver, folder.manifest.policy_of(driver[COUNTY]), words), len(family) - 1)
