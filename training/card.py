"""The model card: what the model is for and not for, what it was made from, how good it is and where it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.definition import Definition
from training.card_words import card_words
from training.evaluation import MODEL, RANDOM, Estimate, Ranking
from training.leakage import Suspicion
from training.plan import ScreeningPlan
from training.windows import WINDOW_NAMES, Windows

NOT_MEANT = "-"
"""Stands where a figure has no meaning: a random order has no AUC, the model adds nothing to itself."""


@dataclass(frozen=True, slots=True)
class CardContent:
    """What a card speaks of.

    ``trees`` is the booster's identity; ``estimates`` stand in the order to show; ``label_counts`` are children by
    window and outcome; ``accepted_because`` is the reason given for going on although figures were too good.
    """

    definition: Definition
    plan: ScreeningPlan
    windows: Windows
    estimates: Sequence[Estimate]
    trees: str
    simulated: bool
    label_counts: Mapping[str, Mapping[str, int]]
    suspicions: Sequence[Suspicion] = ()
    accepted_because: str = ""


def model_card(content: CardContent) -> str:
    """The card in Markdown with YAML front matter."""
    definition, plan, words = content.definition, content.plan, card_words()
    head = {
        "model": "visit-risk",
        "trees": content.trees,
        "definition": f"{definition.name} {definition.version}",
        "plan": plan.name,
        "simulated": content.simulated,
        "label": "new need on the first completed visit",
        "horizon_days": plan.label.horizon_days,
        "not_for": [one.en for one in words.not_for],
        "licence": words.licence.en,
        "contact": words.contact.en,
    }
    # JSON is YAML: quoted this way, no value can break out of the front matter.
    front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
    sections = (
        _purpose(content),
        f"## Label\n\n{model_label(definition, plan)}",
        _windows(content.windows, content.label_counts),
        "## Estimates\n\n" + "\n\n".join(_estimate(one, plan) for one in content.estimates),
        _doubts(content.suspicions, content.accepted_because),
        _list("Limits", [one.en for one in words.limits]),
    )
    return f"---\n{front}\n---\n\n# Model card: visit-risk\n\n" + "\n\n".join(sections) + "\n"


def _purpose(content: CardContent) -> str:
    said = "\n\n**Made from a simulated ledger. It says nothing about real children.**" if content.simulated else ""
    return f"## For\n\n{content.definition.purpose}{said}\n\n" + _list(
        "Not for", [one.en for one in card_words().not_for]
    )


def model_label(definition: Definition, plan: ScreeningPlan) -> str:
    """What the model learns to find, in a sentence."""
    rule = plan.label
    domains = ", ".join(definition.domains[name].en for name in plan.domains(definition))
    severity = definition.severities[rule.severity].en
    return (
        f"On the first completed visit within {rule.horizon_days} days after the as-of date that no report triggered: "
        f"was a new need recorded for this child, {severity} or worse, in {domains}? New: in a domain with no open "
        "finding, or more severe than the open one. Not known unless the child was seen and every one of these "
        "domains looked at. Each visit counts once over the as-of dates and children it labels."
    )


def _windows(windows: Windows, label_counts: Mapping[str, Mapping[str, int]]) -> str:
    rows = [
        f"| {name} | {windows.dates(name)[0]} | {windows.dates(name)[-1]} | {len(windows.dates(name))} | "
        + " | ".join(f"{count:,}" for count in label_counts[name].values())
        + " |"
        for name in WINDOW_NAMES
    ]
    head = (
        "| window | first as-of date | last | dates | labelled | partly assessed | not seen | no visit | "
        "new needs left out (child not wholly assessed) |\n|---|---|---|---|---|---|---|---|---|"
    )
    return f"## Windows\n\n{head}\n" + "\n".join(rows) + f"\n\nLabels as known on {windows.cut}."


def _estimate(one: Estimate, plan: ScreeningPlan) -> str:
    rows = [_ranking(one, found) for found in one.rankings]
    return (
        f"### {one.name.replace('_', ' ')}, {one.window} window\n\n"
        f"{one.children:,} children on {one.dates} as-of dates, {one.labelled_share:.1%} with a label; new needs "
        f"{number(one.base_rate)}, all needs {number(one.all_needs_rate)} of these. Brier score {number(one.brier)}, "
        f"calibration slope {number(one.slope)}, intercept {number(one.intercept)}.\n\n"
        f"At k = {plan.capacity.share:.0%} of the cohort of each as-of date:\n\n"
        "| ranking | AUC | precision | over ties | bounds | recall | lift | model adds |\n"
        "|---|---|---|---|---|---|---|---|\n" + "\n".join(rows)
    )


def _ranking(one: Estimate, found: Ranking) -> str:
    name, at_k = found.name, found.at_k
    cells = (
        name.replace("_", " "),
        NOT_MEANT if name == RANDOM else number(found.auc),
        number(at_k.precision),
        NOT_MEANT if name == RANDOM else f"{number(found.worst.precision)} to {number(found.best.precision)}",
        f"{number(at_k.lower)} to {number(at_k.upper)}",
        number(at_k.recall),
        number(at_k.lift),
        NOT_MEANT if name == MODEL else number(one.gain(name)),
    )
    return f"| {' | '.join(cells)} |"


def _doubts(suspicions: Sequence[Suspicion], accepted_because: str) -> str:
    if not suspicions:
        return "## Too good to be true\n\nNothing was."
    return _list("Too good to be true", [str(one) for one in suspicions]) + f"\n\nAccepted because: {accepted_because}"


def _list(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines)


def number(value: float | None) -> str:
    """A figure for people: three decimals, or that it is not estimable."""
    return "not estimable" if value is None else f"{value:.3f}"
