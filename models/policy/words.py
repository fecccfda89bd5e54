"""The words of a rule, in the language of the reader."""

from __future__ import annotations

from features.definition import Definition, Language
from models.policy.due_dates import INTERVAL, NOT_ASSESSED
from models.policy.policy import Policy
from models.policy.red_items import RED_ITEM

_NOT_ASSESSED = {"zh": "未评级", "en": "not assessed"}


def rule_words(rule: str, policy: Policy, definition: Definition, language: Language) -> str:
    """What a rule such as ``open_finding:medical:2`` says, in words of the policy and the definition."""
    kind, _, rest = rule.partition(":")
    separator = "：" if language == "zh" else ": "
    if kind == RED_ITEM:
        return next(item.label.text(language) for item in policy.red_items if item.id == rest)
    if kind == INTERVAL:
        return policy.intervals.label.text(language) + separator + level_words(rest, policy, language)
    domain, _, severity = rest.partition(":")
    need = definition.domains[domain].text(language), definition.severities[int(severity)].text(language)
    return policy.follow_up.label.text(language) + separator + ("，" if language == "zh" else ", ").join(need)


def level_words(level: str | None, policy: Policy, language: Language) -> str:
    """The words of an official level; of a child without one, that it has not been assessed."""
    if level is None or level == NOT_ASSESSED or policy.levels is None:
        return _NOT_ASSESSED[language]
    known = {row.level: row.label for row in policy.levels.ranges}
    return known[level].text(language) if level in known else level
