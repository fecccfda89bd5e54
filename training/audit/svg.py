"""SVG drawings for audits: bars with intervals, dots against a diagonal and lines, one drawing per language.

Drawings take the colour of the text around them, so they fit a light, a dark or a printed page, and stay readable on
a narrow one: every bar has its words above it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape, quoteattr

from features.definition import Label, Language
from training.audit.section import Picture

WIDTH = 420.0
_ROW = 42.0
_LINE = 18.0
_WIDE, _NARROW = 14.0, 7.6
_EDGE = 8.0
_PLOT = 300.0
_LEGEND = 22.0
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its interval; ``value`` None is drawn as "not estimable", ``faint`` marks a reference."""

    label: Label
    value: float | None
    lower: float | None = None
    upper: float | None = None
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """One dot of a plot with the interval of its height."""

    x: float
    y: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plot: its words and its points from left to right."""

    label: Label
    points: tuple[tuple[float, float], ...]


def bars(alt: Label, items: Sequence[Bar], *, digits: int = 2, mark: float | None = None) -> Picture:
    """Bars that start at 0, with intervals as whiskers and the value in words.

    Args:
        alt: what the picture shows, for those who do not see it.
        items: the bars from top to bottom.
        digits: decimals of the values.
        mark: a value that a dashed line goes through, such as a ratio of 1.
    """
    known = [end for item in items for end in (item.value, item.upper, item.lower) if end is not None]
    top = max([*known, mark or 0.0, 0.0]) * 1.05 or 1.0
    low = min([*known, 0.0]) * 1.05
    scale = _Scale(low, top, _EDGE, WIDTH - _EDGE)
    zh, en = (_bars(items, scale, language, digits, mark) for language in _LANGUAGES)
    return Picture(_svg(zh, alt.zh), _svg(en, alt.en), alt)


def dots(alt: Label, points: Sequence[Dot], x: Label, y: Label) -> Picture:
    """Dots with intervals against the diagonal on which both shares are the same; both axes share one scale from 0."""
    ends = [end for dot in points for end in (dot.x, dot.y, dot.upper) if end is not None]
    plot = _Plot((0.0, max(ends, default=1.0) * 1.05 or 1.0), (0.0, max(ends, default=1.0) * 1.05 or 1.0))
    diagonal = plot.path([(0.0, 0.0), (plot.x[1], plot.y[1])], dashed=True)
    body = [diagonal, *(part for dot in points for part in plot.dot(dot))]
    return plot.picture(alt, body, (), x, y)


def lines(alt: Label, series: Sequence[Line], x: Label, y: Label) -> Picture:
    """Lines over one scale; the first is whole, the others are dashed ever finer, and each is named below."""
    points = [point for line in series for point in line.points]
    plot = _Plot(
        (min((left for left, _ in points), default=0.0), max((left for left, _ in points), default=1.0)),
        (min(0.0, min((up for _, up in points), default=0.0)), max((up for _, up in points), default=1.0) * 1.05),
    )
    body = [plot.path(line.points, dash=number) for number, line in enumerate(series)]
    return plot.picture(alt, body, tuple(line.label for line in series), x, y)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The parts of a drawing and its height."""

    parts: Sequence[str]
    height: float


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def _bars(items: Sequence[Bar], scale: _Scale, language: Language, digits: int, mark: float | None) -> _Drawn:
    parts: list[str] = []
    top = 0.0
    for item in items:
        words, told = item.label.text(language), _value(item, language, digits)
        extra = _LINE if _length(words) + _length(told) + 3 * _EDGE > WIDTH else 0.0
        parts.append(_text(words, _EDGE, top + 15))
        parts.append(_text(told, WIDTH - _EDGE, top + 15 + extra, anchor="end"))
        parts += _bar(item, top + 28 + extra, scale)
        top += _ROW + extra
    if mark is not None:
        place = scale(mark)
        parts.append(
            f'<line x1="{place:.1f}" y1="20" x2="{place:.1f}" y2="{top:.0f}" stroke="currentColor" '
            'stroke-dasharray="4 3" opacity=".7"/>'
        )
    return _Drawn(parts, top + _EDGE)


def _bar(item: Bar, middle: float, scale: _Scale) -> Iterator[str]:
    zero = scale(0.0)
    if item.value is not None:
        left, right = sorted((zero, scale(item.value)))
        opacity = ".25" if item.faint else ".55"
        yield (
            f'<rect x="{left:.1f}" y="{middle - 6:.1f}" width="{max(1.0, right - left):.1f}" height="12" '
            f'fill="currentColor" opacity="{opacity}"/>'
        )
    if item.lower is not None and item.upper is not None:
        low, high = scale(item.lower), scale(item.upper)
        yield (
            f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 5:.1f}v10'
            f'M{high:.1f} {middle - 5:.1f}v10" stroke="currentColor" stroke-width="1.5" fill="none"/>'
        )


def _length(words: str) -> float:
    """About how wide words are drawn: a Chinese letter is as wide as it is high."""
    return sum(_WIDE if letter > "\u2e7f" else _NARROW for letter in words)


def _value(item: Bar, language: Language, digits: int) -> str:
    if item.value is None:
        return NOT_ESTIMABLE.text(language)
    if item.lower is None or item.upper is None:
        return number(item.value, digits)
    return f"{number(item.value, digits)} ({span(item.lower, item.upper, digits)})"


def number(value: float, digits: int) -> str:
    """A number with a minus sign that is one."""
    return f"{value:.{digits}f}".replace("-", "−")


def span(lower: float, upper: float, digits: int) -> str:
    """Two ends of an interval, kept apart where a minus sign could be taken for the dash."""
    dash = " – " if lower < 0 else "–"
    return f"{number(lower, digits)}{dash}{number(upper, digits)}"


NOT_ESTIMABLE = Label("无法估计", "not estimable")


@dataclass(frozen=True, slots=True)
class _Plot:
    """A square plot with the range of each axis."""

    x: tuple[float, float]
    y: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        across = _Scale(*self.x, 48.0, WIDTH - 16.0)
        down = _Scale(*self.y, _PLOT - 44.0, 32.0)
        return across(x), down(y)

    def dot(self, dot: Dot) -> Iterator[str]:
        x, y = self.place(dot.x, dot.y)
        if dot.lower is not None and dot.upper is not None:
            (_, low), (_, high) = self.place(dot.x, dot.lower), self.place(dot.x, dot.upper)
            yield f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="currentColor" stroke-width="1.5"/>'
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="currentColor"/>'

    def path(self, points: Sequence[tuple[float, float]], *, dashed: bool = False, dash: int = 0) -> str:
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.place(*point) for point in points))
        pattern = "4 3" if dashed else _DASHES[dash % len(_DASHES)]
        width = 1 if dashed else 2
        return (
            f'<polyline points="{joined}" fill="none" stroke="currentColor" stroke-width="{width}" '
            f'stroke-dasharray="{pattern}"/>'
        )

    def picture(self, alt: Label, body: Sequence[str], legend: Sequence[Label], x: Label, y: Label) -> Picture:
        zh, en = (
            _Drawn(
                [*self._axes(x.text(language), y.text(language)), *body, *_legend(legend, language)],
                _PLOT + _LEGEND * len(legend),
            )
            for language in _LANGUAGES
        )
        return Picture(_svg(zh, alt.zh), _svg(en, alt.en), alt)

    def _axes(self, x: str, y: str) -> Iterator[str]:
        (left, bottom), (right, top) = self.place(self.x[0], self.y[0]), self.place(self.x[1], self.y[1])
        yield f'<path d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}" fill="none" stroke="currentColor"/>'
        for tick in _ticks(*self.x):
            yield _text(_tick(tick), self.place(tick, self.y[0])[0], bottom + 17, anchor="middle")
        for tick in _ticks(*self.y):
            yield _text(_tick(tick), left - 6, self.place(self.x[0], tick)[1] + 5, anchor="end")
        yield _text(x, right, bottom + 36, anchor="end")
        yield _text(y, _EDGE, 15)


_DASHES = ("none", "7 4", "2 3", "10 3 2 3", "1 2", "14 4")


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round values within a range."""
    rough = (high - low) / 4 or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough)
    first = ceil(low / step)
    return [number * step for number in range(first, floor(high / step + 1e-9) + 1)]


def _tick(value: float) -> str:
    return f"{value:.6g}"


def _legend(labels: Sequence[Label], language: Language) -> Iterator[str]:
    for number, label in enumerate(labels):
        top = _PLOT + _LEGEND * number + 8
        pattern = _DASHES[number % len(_DASHES)]
        yield (
            f'<path d="M52 {top:.0f}H92" stroke="currentColor" stroke-width="2" stroke-dasharray="{pattern}"/>'
            + _text(label.text(language), 100, top + 5)
        )


def _text(words: str, x: float, y: float, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(words)}</text>'


def _svg(drawn: _Drawn, alt: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {drawn.height:.0f}" role="img" '
        f'aria-label={quoteattr(alt)} font-size="14" font-family="inherit">{"".join(drawn.parts)}</svg>'
    )
