"""Figures as people read them: shares, numbers and their ranges, in the words of the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from serving.review.release.kept import Figure
from serving.review.release.settings import Kind
from serving.review.words import Words


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure in words: what it is, how much, and from where to where."""

    label: str
    value: str
    span: str


def figure_row(figure: Figure, words: Words) -> FigureRow:
    """A figure in the words of a language."""
    ends = (figure.lower, figure.upper)
    lower, upper = ("" if end is None else said(end, figure.kind, words) for end in ends)
    span = f"{lower} – {upper}" if lower and upper else words("model.from", lower=lower) if lower else ""
    return FigureRow(words(f"figure.{figure.name}"), said(figure.value, figure.kind, words), span)


def said(value: float | None, kind: Kind, words: Words) -> str:
    """A value as it is written; "not estimable" is words, never a number."""
    if value is None:
        return words("model.not_estimable")
    match kind:
        case "share":
            return f"{100 * value:.1f}%"
        case "points":
            return f"{100 * value:+.1f}"
        case "count":
            return f"{value:,.0f}"
        case _:
            return f"{value:.2f}"


def ranged(values: tuple[float | None, float | None, float | None], words: Words) -> str:
    """A share with the ends of its range."""
    value, lower, upper = values
    if value is None or lower is None or upper is None:
        return said(value, "share", words)
    return f"{said(value, 'share', words)} ({said(lower, 'share', words)} – {said(upper, 'share', words)})"
