"""One child in words: duty, band, official level and reasons as people read them, in Chinese and English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from features.definition import Definition, Label
from features.definition.feature import feature_specs
from models.bands import BANDS, Band
from models.domains import LIKELY
from models.reasons import Reason
from models.sentences import sentence
from serving.batch.county import FACTS_OUTSIDE, OUTSIDE_SUPPORT, REFUSED, REGION_NOT_FIT, SUSPENDED, WHY_NO_SCORE
from serving.batch.manifest import LANGUAGES, PolicyUsed
from serving.likely import DomainWords, domain_words

PURPOSE = Label(
    "评分只用来安排走访先后，从不决定任何家庭的待遇，也不能代替人的判断。应办走访始终在前。",
    "A score only orders visits. It never decides on a family and replaces nobody's judgement. "
    "Visits that are due always come first.",
)
REFUSED_WORDS = Label("监护人拒绝评分：只按应办走访排序", "the guardian refused the model: ordered by visits due alone")
SUSPENDED_WORDS = Label(
    "本县评分已暂停：只按应办走访排序", "scores of this county are suspended: ordered by visits due alone"
)
NO_SCORE_WORDS: Mapping[str, Label] = {
    OUTSIDE_SUPPORT: Label(
        "这名儿童的情况超出模型见过的范围，不评分：只按应办走访排序",
        "no score, the model has not seen children like this one: ordered by visits due alone",
    ),
    REGION_NOT_FIT: Label(
        "模型不适合本县，不评分：只按应办走访排序",
        "no score, the release does not fit this county: ordered by visits due alone",
    ),
}
NOT_ASSESSED = Label("未评级", "not assessed")


@dataclass(frozen=True, slots=True)
class DutyWords:
    """A duty: its rules in words with the day of each, the most urgent first, and the days since that day."""

    rules: tuple[tuple[Label, dt.date], ...]
    due_on: dt.date
    overdue_days: int


@dataclass(frozen=True, slots=True)
class OfficialLevel:
    """The level people assessed, with day and assessor if known."""

    label: Label
    assessed_on: dt.date | None
    assessed_by: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A scored child as people read it. ``band`` is None for a child that was not scored.

    ``likely``: the domains in which a need is likely; None for a child that was not scored, and where no domain has a
    model. ``why``: why there is no score although nobody refused and nothing is suspended.
    """

    child_id: str
    household_id: str
    region_code: str | None
    refused: bool
    duty: DutyWords | None
    band: Band | None
    level: OfficialLevel
    raising: tuple[Label, ...]
    lowering: tuple[Label, ...]
    not_known: tuple[Label, ...]
    data_age_days: int | None
    suspended: bool = False
    likely: tuple[DomainWords, ...] | None = None
    why: Label | None = None

    @property
    def no_score(self) -> Label | None:
        """Why the child was not scored; None for a child that was."""
        if self.refused:
            return REFUSED_WORDS
        if self.why is not None:
            return self.why
        return SUSPENDED_WORDS if self.suspended else None

    @property
    def band_words(self) -> Label | None:
        """The band in words."""
        return None if self.band is None else BANDS[self.band]


@dataclass(frozen=True, slots=True)
class FeatureWords:
    """The words of a definition's features."""

    definition: Definition
    labels: Mapping[str, Label]

    @staticmethod
    def of(definition: Definition) -> FeatureWords:
        """Collect the words once for many children."""
        return FeatureWords(definition, {spec.name: spec.label for spec in feature_specs(definition)})

    def reason(self, reason: Reason) -> Label:
        """A reason as a sentence in both languages."""
        return Label(*(sentence(reason, self.definition, language) for language in LANGUAGES))


def case_of(row: Mapping[str, Any], policy: PolicyUsed, words: FeatureWords) -> Case:
    """Put a row of scores into words.

    Args:
        row: a row with the score columns.
        policy: the policy of its county, with the words of its rules and levels.
        words: the words of the features.
    """
    return Case(
        child_id=row["child_id"],
        household_id=row["household_id"],
        region_code=row["region_code"],
        refused=row["status"] == REFUSED,
        duty=_duty(row, policy),
        band=row["band"],
        level=OfficialLevel(
            policy.levels.get(row["official_level"], NOT_ASSESSED), row["official_level_on"], row["official_level_by"]
        ),
        raising=tuple(words.reason(reason) for reason in row["reasons_up"] or ()),
        lowering=tuple(words.reason(reason) for reason in row["reasons_down"] or ()),
        not_known=tuple(words.labels[name] for name in row["not_known"] or ()),
        data_age_days=row["data_age_days"],
        suspended=row["status"] == SUSPENDED,
        likely=domain_words(row[LIKELY], words.definition),
        why=no_score_words(row.get(WHY_NO_SCORE), row.get(FACTS_OUTSIDE) or (), words.labels),
    )


def no_score_words(code: str | None, facts: Sequence[str], labels: Mapping[str, Label]) -> Label | None:
    """Why a child has no score, with the facts outside the model's support; None where no code says it.

    Scores written by an earlier version say nothing of it.
    """
    if code is None:
        return None
    said, named = NO_SCORE_WORDS[code], [labels[name] for name in facts]
    if not named:
        return said
    zh, en = "、".join(one.zh for one in named), "; ".join(one.en for one in named)
    return Label(f"{said.zh}（超出范围：{zh}）", f"{said.en} (outside: {en})")


def _duty(row: Mapping[str, Any], policy: PolicyUsed) -> DutyWords | None:
    if not row["duty"]:
        return None
    return DutyWords(
        rules=tuple((policy.rules[rule["rule"]], rule["due_on"]) for rule in row["duty_rules"]),
        due_on=row["duty_due_on"],
        overdue_days=row["duty_overdue_days"],
    )


def due_words(due_on: dt.date, overdue_days: int, as_of: dt.date) -> Label:
    """When a duty is due, seen from the as-of date."""
    if overdue_days:
        return Label(f"应于 {due_on} 前，已逾期 {overdue_days} 天", f"due {due_on}, {_days(overdue_days)} overdue")
    left = (due_on - as_of).days
    if not left:
        return Label(f"今天到期（{due_on}）", f"due today ({due_on})")
    return Label(f"应于 {due_on} 前，还有 {left} 天", f"due {due_on}, in {_days(left)}")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def level_note(level: OfficialLevel) -> Label:
    """The official level with its day and assessor."""
    if level.assessed_on is None:
        return level.label
    by = level.assessed_by
    zh = f"{level.label.zh}（{level.assessed_on} 评定" + (f"，评级人 {by}）" if by else "）")
    en = f"{level.label.en} (assessed {level.assessed_on}" + (f" by {by})" if by else ")")
    return Label(zh, en)
