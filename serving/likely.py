"""Likely domains in words: where a new need is likely, what to ask and to bring, and what cannot be estimated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from features.definition import Definition, Label

LIKELY_WORDS = Label("可能需要的领域", "a need is likely in")
NONE_LIKELY = Label("没有明显高于一般的领域", "no domain stands out")
ASK = Label("可问", "ask")
BRING = Label("可带", "bring")
TOO_FEW_LABELS = Label("标签太少，无法估计", "not estimable: too few labels")


@dataclass(frozen=True, slots=True)
class DomainWords:
    """A support domain: its name, what a visitor might ask about and what to bring."""

    name: Label
    ask: tuple[Label, ...]
    bring: tuple[Label, ...]


def domain_words(domains: Sequence[str] | None, definition: Definition) -> tuple[DomainWords, ...] | None:
    """The likely domains of a child in words, the likeliest first; None where nothing is said of domains."""
    if domains is None:
        return None
    helps = [(definition.domains[name], definition.visit_help[name]) for name in domains]
    return tuple(DomainWords(name, found.ask, found.bring) for name, found in helps)


def listed(words: Iterable[Label]) -> Label:
    """Several words as one list in both languages."""
    each = tuple(words)
    return Label("、".join(one.zh for one in each), ", ".join(one.en for one in each))


def in_one_line(words: Iterable[Label]) -> Label:
    """Several phrases, which may hold commas of their own, as one line in both languages."""
    each = tuple(words)
    return Label("；".join(one.zh for one in each), "; ".join(one.en for one in each))


def likely_line(likely: Sequence[DomainWords]) -> Label:
    """The names of the likely domains, or that none stands out."""
    return listed(one.name for one in likely) if likely else NONE_LIKELY
