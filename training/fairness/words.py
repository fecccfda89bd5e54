"""Figures and claims as people read them: shares with intervals, small counts hidden, what may be said of each."""

from __future__ import annotations

from features.definition import Label
from training.audit.svg import NOT_ESTIMABLE, number, span
from training.fairness.compare import GroupResult
from training.stability.resample import Interval

TOO_FEW = Label("太少", "too few")
REFERENCE = Label("参照", "reference")


def interval_words(found: Interval, digits: int = 3) -> str | Label:
    """A figure with its interval in brackets, or that it is not estimable."""
    if found.value is None:
        return NOT_ESTIMABLE
    if found.lower is None or found.upper is None:
        return number(found.value, digits)
    return f"{number(found.value, digits)} ({span(found.lower, found.upper, digits)})"


def count_words(count: float, fewest: int) -> str:
    """A count of children; one below ``fewest`` is not told."""
    return f"{count:,.0f}" if count >= fewest or count == 0 else f"<{fewest}"


def claim_words(result: GroupResult, measure: str) -> Label:
    """What may be claimed of a measure: the lots' own estimate, or the bounds that hold whoever was not seen."""
    by_lot = result.by_lot
    if result.claims[measure] == "identified" and by_lot is not None:
        told = interval_words(by_lot.measures[measure], 2)
        if isinstance(told, str):
            return Label(f"可识别：{told}", f"identified: {told}")
    if measure not in result.measured.bounds:
        return Label("仅对已查看者成立", "of the assessed only")
    low, high = result.measured.bounds[measure]
    return Label(f"只知上下限：{low:.2f}–{high:.2f}", f"only bounded: {low:.2f}–{high:.2f}")


def capital(words: str) -> str:
    """The words with a capital letter first."""
    return words[:1].upper() + words[1:]
