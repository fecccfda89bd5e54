"""How the counties of a scored region stand: checked and found fit or not, and whose chances come from a pilot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from features.definition import Label
from models.release.regions import Standing
from serving.batch.alarms import CountyFacts

STANDING_WORDS: Mapping[Standing, Label] = {
    "fit": Label("已检查，适合模型的县", "counties checked: the release fits"),
    "with_care": Label("已检查，须慎用模型的县", "counties checked: with care"),
    "not_fit": Label("已检查，不适合模型的县", "counties checked: the release does not fit"),
    "not_checked": Label("未检查的县", "counties not checked"),
}
_OWN = Label("用本地校准的县", "counties with a calibration of their own")


def standings(counties: Iterable[CountyFacts]) -> tuple[tuple[Label, int], ...]:
    """How many counties stand how, in words; only what there is."""
    held = tuple(counties)
    count = Counter(facts.standing for facts in held)
    said = [(words, count[standing]) for standing, words in STANDING_WORDS.items() if count[standing]]
    own = sum(facts.own_calibration for facts in held)
    return (*said, (_OWN, own)) if own else tuple(said)
