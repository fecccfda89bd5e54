"""What a policy says about lists: capacity, the share of the lot, what is carried over, and equal recall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.cli.console import UserError
from features.definition import Label
from models.policy.section import Section


@dataclass(frozen=True, slots=True)
class EqualRecallSwitch:
    """Lists are ordered by scores less the cut-offs of one kind of group, while these are not older than ``days``."""

    group: str
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class ListRules:
    """How many household visits a period holds and how they are shared out.

    ``per_township``: 0 means that of its directors together, one per village. ``random_share``: the part of the
    visits left after duties that falls by lot. ``findings_ahead_days``: open findings due so soon after the period go
    before the score. ``carry_over``: why a drawn household may have been left out of the last list and still waits.
    """

    per_director: int
    per_township: int
    random_share: float
    rating_share: float
    findings_ahead_days: int
    carry_over: tuple[str, ...]
    carry_over_days: int
    add_reasons: Mapping[str, Label]
    remove_reasons: Mapping[str, Label]
    equal_recall: EqualRecallSwitch | None
    source: str

    def capacity_of(self, villages: int) -> int:
        """Household visits of a township with so many villages."""
        return self.per_township or self.per_director * villages


def read_list_rules(section: Section) -> ListRules:
    """Read the ``[lists]`` section of a policy.

    Raises:
        UserError: a key is missing or unknown, or the share is no share.
    """
    section.only(
        "visits_per_director", "visits_per_township", "random_share", "rating_share", "findings_ahead_days",
        "carry_over", "carry_over_days", "add_reasons", "remove_reasons", "equal_recall", "source",
    )  # fmt: skip
    return ListRules(
        per_director=section.whole("visits_per_director"),
        per_township=section.whole("visits_per_township"),
        random_share=_share(section, "random_share"),
        rating_share=_share(section, "rating_share"),
        findings_ahead_days=section.whole("findings_ahead_days"),
        carry_over=section.texts("carry_over"),
        carry_over_days=section.whole("carry_over_days"),
        add_reasons=_labels(section.inner("add_reasons")),
        remove_reasons=_labels(section.inner("remove_reasons")),
        equal_recall=_switch(section.inner("equal_recall")) if "equal_recall" in section.raw else None,
        source=section.text("source"),
    )


def _share(section: Section, key: str) -> float:
    share = section.number(key)
    if not 0 <= share <= 1:
        raise UserError(f"{section.where} {key}: {share:g}", "wanted a share from 0 to 1")
    return share


def _switch(section: Section) -> EqualRecallSwitch:
    section.only("group", "days", "source")
    return EqualRecallSwitch(section.text("group"), section.whole("days"), section.text("source"))


def _labels(section: Section) -> Mapping[str, Label]:
    return {code: section.inner(code).only("zh", "en").label() for code in section.raw}
