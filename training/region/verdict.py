"""From what was seen of a county to a verdict: fit, with care or not fit, with every reason in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from features.definition import Label
from features.definition.model import Definition
from models.release.regions import Fit, Reason
from training.monitor.county import FeatureWatch
from training.monitor.drift import discoveries
from training.monitor.limits import MonitorLimits
from training.monitor.words import percent
from training.region.criteria import Criteria
from training.region.expected import Elsewhere
from training.region.look import CountyLook, GroupSeen, Release
from training.region.unvisited import ColdStart, history_words, left_out, unvisited

FIT_WORDS: Mapping[Fit, Label] = {
    "fit": Label("适合", "fit"),
    "with_care": Label("须慎用", "with care"),
    "not_fit": Label("不适合", "not fit"),
}


@dataclass(frozen=True, slots=True)
class Shift:
    """One input of the model: what may be believed of it after the multiplicity rule.

    ``beyond``: more than sampling explains; ``moved``: by more than the declared effect; ``gone``: not known for so
    many more children than the declared share.
    """

    feature: FeatureWatch
    beyond: bool
    moved: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """What the release's audit measured: in counties left out of learning, and without any visit (None: it did not)."""

    elsewhere: Elsewhere | None
    unvisited: ColdStart | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A county with its verdict and all it stands on.

    ``left_out``: inputs that are not compared, since no event was recorded here; ``cold``: what the audit measured of
    the model without any.
    """

    look: CountyLook
    shifts: tuple[Shift, ...]
    empty: tuple[str, ...]
    blind: tuple[str, ...]
    strangers: tuple[GroupSeen, ...]
    without_model: tuple[str, ...]
    elsewhere: Elsewhere | None
    left_out: frozenset[str] = frozenset()
    cold: ColdStart | None = None
    fit: Fit = "fit"
    reasons: tuple[Reason, ...] = ()

    @property
    def tested(self) -> int:
        """Inputs of which anything can be told."""
        return sum(one.feature.drift is not None or one.feature.unknown is not None for one in self.shifts)

    @property
    def changed(self) -> int:
        """Inputs that moved or are gone."""
        return sum(one.moved or one.gone for one in self.shifts)


def judge(
    look: CountyLook,
    release: Release,
    expected: Expected,
    criteria: Criteria,
    limits: MonitorLimits,
    definition: Definition,
) -> Judged:
    """Hold a county against the criteria."""
    without = left_out(look, definition)
    shifts = shifts_of(look, limits, without)
    empty = tuple(one.column for one in look.columns if one.share < criteria.columns.empty_below)
    blind = _blind(look, release, criteria, definition)
    strangers = _strangers(look, criteria)
    judged = Judged(
        look, shifts, empty, blind, strangers, release.without_model, expected.elsewhere, without, expected.unvisited
    )
    found = list(_found(judged, criteria, definition, release.model_id))
    fit: Fit = "not_fit" if any(hard for hard, _ in found) else "with_care" if found else "fit"
    reasons = tuple(reason for _, reason in sorted(found, key=lambda one: not one[0]))
    return replace(judged, fit=fit, reasons=reasons)


def shifts_of(look: CountyLook, limits: MonitorLimits, without: frozenset[str] = frozenset()) -> tuple[Shift, ...]:
    """Every input but those left out, with what may be believed of it.

    At most the declared share of what is believed over all inputs of the county is false (Benjamini and Hochberg).
    """
    rate, features = limits.drift.false_discovery_rate, [one for one in look.features if one.name not in without]

    def believed(test: Callable[[FeatureWatch], float | None]) -> list[bool]:
        values = [test(one) for one in features]
        kept = iter(discoveries(np.array([value for value in values if value is not None]), rate).tolist())
        return [value is not None and bool(next(kept)) for value in values]

    differs = believed(lambda one: one.drift.p_value() if one.drift else None)
    fewer = believed(lambda one: one.unknown.p_value(0.0) if one.unknown else None)
    moved = believed(lambda one: one.drift.p_value(limits.drift.feature_effect) if one.drift else None)
    gone = believed(lambda one: one.unknown.p_value(limits.unknown.points_above) if one.unknown else None)
    return tuple(
        Shift(feature, beyond or less, far, lost)
        for feature, beyond, less, far, lost in zip(features, differs, fewer, moved, gone, strict=True)
    )


def _blind(look: CountyLook, release: Release, criteria: Criteria, definition: Definition) -> tuple[str, ...]:
    """The domains with a model whose own columns are all as good as empty."""
    found = []
    for domain in definition.domains:
        own = [one for one in look.columns if domain in one.domains]
        if own and domain not in release.without_model and all(one.share < criteria.columns.empty_below for one in own):
            found.append(domain)
    return tuple(found)


def _strangers(look: CountyLook, criteria: Criteria) -> tuple[GroupSeen, ...]:
    least = criteria.groups.least_in_reference
    return tuple(one for one in look.groups or () if one.reference < least and one.children)


def _found(judged: Judged, criteria: Criteria, definition: Definition, model_id: str) -> Iterator[tuple[bool, Reason]]:
    """Every criterion that is not met, and whether it makes the county not fit."""
    look = judged.look
    if look.children < criteria.size.care_children:
        yield False, Reason("size", _size_words(look.children))
    if look.outside_share >= criteria.outside.care:
        words = Label(
            f"{percent(look.outside_share)} 的儿童超出模型见过的范围（同类县不超过 1%）",
            f"{percent(look.outside_share)} of the children lie outside what the model has seen (1% in counties alike)",
        )
        yield look.outside_share >= criteria.outside.not_fit, Reason("outside", words)
    changed = judged.changed / judged.tested if judged.tested else 0.0
    if judged.tested and changed >= criteria.inputs.care:
        words = Label(
            f"可比的 {judged.tested} 项模型输入中有 {judged.changed} 项分布明显不同或不再登记",
            f"{judged.changed} of {judged.tested} inputs that can be compared are spread differently by more than the "
            "declared effect, or gone",
        )
        yield changed >= criteria.inputs.not_fit, Reason("inputs", words)
    if unvisited(look):
        cold, rule = judged.cold, criteria.cold_start
        words = history_words(len(judged.left_out), cold, rule, model_id)
        yield cold is None or not cold.enough(rule), Reason("history", words)
    if look.children:
        yield from _emptiness(judged, criteria, definition)
    yield from _blanks(judged, criteria, definition)


def _emptiness(judged: Judged, criteria: Criteria, definition: Definition) -> Iterator[tuple[bool, Reason]]:
    share = len(judged.empty) / len(judged.look.columns) if judged.look.columns else 0.0
    if judged.empty and share >= criteria.columns.care:
        labels = {name: column.label for table in definition.tables.values() for name, column in table.columns.items()}
        named = _named([labels[name] for name in judged.empty])
        words = Label(
            f"模型读取的栏目几乎为空：{named.zh}", f"columns that the model reads are as good as empty: {named.en}"
        )
        yield share >= criteria.columns.not_fit, Reason("columns", words)


def _blanks(judged: Judged, criteria: Criteria, definition: Definition) -> Iterator[tuple[bool, Reason]]:
    """What cannot be seen here, or is not known of places like this."""
    if len(judged.blind) >= criteria.domains.care:
        named = _named([definition.domains[name] for name in judged.blind])
        words = Label(f"看不到这些领域的需要：{named.zh}", f"needs of these domains cannot be seen: {named.en}")
        yield False, Reason("domains", words)
    most = max((one.children for one in judged.strangers), default=0)
    if judged.look.children and most / judged.look.children >= criteria.groups.care:
        words = Label(
            f"有 {percent(most / judged.look.children)} 的儿童属于建模时几乎没有见过的群体",
            f"{percent(most / judged.look.children)} of the children belong to a group that learning hardly met",
        )
        yield False, Reason("groups", words)
    gain = judged.elsewhere.gain if judged.elsewhere else None
    if gain is not None and gain <= criteria.expected.least_gain:
        words = Label(
            "在没有学过的县，模型不一定好于随机次序",
            "in counties left out of learning the model may be no better than chance",
        )
        yield False, Reason("expected", words)


def _size_words(children: int) -> Label:
    return Label(
        f"只有 {children} 名儿童，看不出与建模时的差别", f"only {children} children: differences cannot be told"
    )


def _named(labels: Iterable[Label]) -> Label:
    held = list(labels)
    return Label("、".join(one.zh for one in held), ", ".join(one.en for one in held))
