"""Drawings say in both languages what they show, and fit what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from features.definition import Label
from training.audit.section import Picture
from training.audit.svg import Bar, Dot, Line, bars, dots, lines, number, span

ALT = Label("图 & 示", "a drawing & more")
X, Y = Label("横", "across"), Label("纵", "up")
SVG = "{http://www.w3.org/2000/svg}"


def parts(picture: Picture, kind: str, language: str = "en") -> list[ET.Element]:
    drawing = picture.en if language == "en" else picture.zh
    return list(ET.fromstring(drawing).iter(SVG + kind))  # noqa: S314 - our own text


def texts(picture: Picture, language: str = "en") -> list[str]:
    return [one.text or "" for one in parts(picture, "text", language)]


def test_a_bar_has_words_value_and_interval() -> None:
    picture = bars(ALT, [Bar(Label("甲", "one"), 0.5, 0.25, 1.0), Bar(Label("乙", "two"), 0.25, faint=True)])
    assert texts(picture) == ["one", "0.50 (0.25–1.00)", "two", "0.25"]
    assert texts(picture, "zh")[0] == "甲"
    first, second = (float(one.get("width") or 0) for one in parts(picture, "rect"))
    assert first == pytest.approx(2 * second, rel=0.01)
    assert [one.get("opacity") for one in parts(picture, "rect")] == [".55", ".25"]
    assert len(parts(picture, "path")) == 1


def test_the_words_for_those_who_do_not_see_are_escaped() -> None:
    picture = bars(ALT, [Bar(Label("<甲>", "<one>"), 0.5)])
    root = ET.fromstring(picture.zh)  # noqa: S314 - our own text
    assert (root.get("role"), root.get("aria-label")) == ("img", "图 & 示")
    assert texts(picture)[0] == "<one>"


def test_what_is_not_estimable_has_words_and_no_bar() -> None:
    picture = bars(ALT, [Bar(X, None)])
    assert texts(picture) == ["across", "not estimable"]
    assert parts(picture, "rect") == []


def test_negative_bars_go_the_other_way_and_a_mark_is_a_dashed_line() -> None:
    picture = bars(ALT, [Bar(X, -1.0, -2.0, -0.5), Bar(Y, 1.0)], digits=1, mark=1.0)
    negative, positive = (float(one.get("x") or 0) for one in parts(picture, "rect"))
    assert negative < positive
    assert texts(picture)[1] == "−1.0 (−2.0 – −0.5)"
    (line,) = parts(picture, "line")
    assert line.get("stroke-dasharray")


def test_long_words_push_the_value_to_a_line_of_its_own() -> None:
    short, long = (bars(ALT, [Bar(Label("字" * size, "w"), 0.5, 0.4, 0.6)]) for size in (5, 25))
    height = [re.search(r"viewBox=\"0 0 420 (\d+)\"", one.zh) for one in (short, long)]
    first, second = (int(found[1]) for found in height if found)
    assert second == first + 18
    places = [float(one.get("y") or 0) for one in parts(long, "text", "zh")]
    assert places[1] == places[0] + 18


def test_dots_stand_against_a_diagonal_with_their_intervals() -> None:
    picture = dots(ALT, [Dot(0.1, 0.2, 0.1, 0.3), Dot(0.2, 0.1)], X, Y)
    left, right = parts(picture, "circle")
    assert float(left.get("cx") or 0) < float(right.get("cx") or 0)
    assert float(left.get("cy") or 0) < float(right.get("cy") or 0)
    assert len(parts(picture, "polyline")) == 1
    assert {"across", "up", "0", "0.1", "0.2", "0.3"} <= set(texts(picture))


def test_no_dot_is_an_empty_plot() -> None:
    assert parts(dots(ALT, [], X, Y), "circle") == []


def test_lines_are_named_below_and_told_apart_by_their_dashes() -> None:
    series = [Line(Label("一", "one"), ((0.0, 1.0), (10.0, 40.0))), Line(Label("二", "two"), ((0.0, 2.0), (10.0, 3.0)))]
    picture = lines(ALT, series, X, Y)
    dashes = [one.get("stroke-dasharray") for one in parts(picture, "polyline")]
    assert len(set(dashes)) == 2
    assert {"one", "two", "10", "40"} <= set(texts(picture))
    assert parts(lines(ALT, [], X, Y), "polyline") == []


def test_a_flat_line_has_a_scale() -> None:
    assert parts(lines(ALT, [Line(X, ((1.0, 0.0), (1.0, 0.0)))], X, Y), "polyline")


def test_numbers_have_a_true_minus_sign() -> None:
    assert (number(-0.5, 1), span(0.1, 0.2, 1), span(-0.1, 0.2, 1)) == ("−0.5", "0.1–0.2", "−0.1 – 0.2")
