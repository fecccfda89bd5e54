"""What the model says of a household, as the page may show it to this reader: nothing before an own rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.definition import Label
from serving.cases import Case
from serving.review.cases.children import ChildTold
from serving.review.cases.dossier import Dossier
from serving.review.store.lists import ListItem
from serving.review.words import Words


@dataclass(frozen=True, slots=True)
class Likely:
    """A support domain in which a need is likely, what to ask about and what to bring."""

    name: str
    ask: tuple[str, ...]
    bring: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What the model says of a child in words; ``likely`` is None where nothing is said of domains."""

    up: tuple[str, ...]
    down: tuple[str, ...]
    not_known: tuple[str, ...]
    likely: tuple[Likely, ...] | None


@dataclass(frozen=True, slots=True)
class OtherChild:
    """A child that does not give the household its place, with its band and what is said of it."""

    child: ChildTold
    band: str
    no_score: str
    said: Said


def said_of_place(item: ListItem, told: Dossier | None, words: Words) -> Said:
    """What the list was made with, of the child that gives the household its place.

    Likely domains that an older list did not keep come from the scores, if they are those the list was made with.
    """
    shown = item.shown
    likely = None if shown.get("likely") is None else tuple(_likely(one, words) for one in shown["likely"])
    if likely is None and "up" in shown and told is not None and told.scored_on == item.visit_list.as_of:
        driver = told.child(item.driver_child_id)
        likely = None if driver is None or driver.case is None else _of_case(driver.case, words).likely
    up, down, not_known = (_both(shown.get(key, ()), words) for key in ("up", "down", "not_known"))
    return Said(up, down, not_known, likely)


def others(item: ListItem, told: Dossier | None, words: Words) -> tuple[OtherChild, ...]:
    """What is said of the household's other children."""
    if told is None:
        return ()
    rest = [child for child in told.children if child.child_id != item.driver_child_id]
    return tuple(_other(child, child.case, words) for child in rest if child.case is not None)


def _other(child: ChildTold, case: Case, words: Words) -> OtherChild:
    band = "" if case.band is None else words(f"band.{case.band}")
    no_score = "" if case.no_score is None else case.no_score.text(words.language)
    return OtherChild(child, band, no_score, _of_case(case, words))


def _of_case(case: Case, words: Words) -> Said:
    def each(labels: Sequence[Label]) -> tuple[str, ...]:
        return tuple(label.text(words.language) for label in labels)

    likely = None
    if case.likely is not None:
        likely = tuple(Likely(one.name.text(words.language), each(one.ask), each(one.bring)) for one in case.likely)
    return Said(each(case.raising), each(case.lowering), each(case.not_known), likely)


def _likely(kept: Mapping[str, Any], words: Words) -> Likely:
    return Likely(words.either(kept["name"]), _both(kept["ask"], words), _both(kept["bring"], words))


def _both(kept: Sequence[Mapping[str, str]], words: Words) -> tuple[str, ...]:
    return tuple(words.either(one) for one in kept)
