"""Lists: the whole frame with its chances, and what became of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.simulator.lists import NOT_VISITED, Book, Frame, removal_reasons
from features.simulator.shapes import Settings
from features.simulator.words import Stratum

COUNT = 20_000


def _frame() -> Frame:
    duty = np.zeros(COUNT, bool)
    duty[:10] = True
    prior = np.zeros(COUNT)
    prior[5:30] = 99.0
    return Frame(np.arange(COUNT), duty, prior)


def _draw(rng: np.random.Generator, settings: Settings, share: float) -> Book:
    book = Book.empty(COUNT)
    rules = replace(settings.lists, random_share=share, by_hand=0.0)
    book.draw(rng, rules, _frame(), 0, 100)
    return book


def test_the_whole_frame_is_written_with_its_chances(rng: np.random.Generator, settings: Settings) -> None:
    rows = _draw(rng, settings, 0.1).assignments.joined()
    assert rows["household"].tolist() == list(range(COUNT))
    assert (rows["stratum"][:10] == Stratum.DUTY).all()
    assert (rows["stratum"][10:30] == Stratum.SCORE).all()
    assert (rows["stratum"][30:] == Stratum.RANDOM).all()
    assert (rows["inclusion_probability"][:30] == 1.0).all()
    assert rows["drawn"][:30].all()


def test_the_logged_chance_of_a_random_place_is_the_share_drawn(rng: np.random.Generator, settings: Settings) -> None:
    rows = _draw(rng, settings, 0.1).assignments.joined()
    lottery = rows["stratum"] == Stratum.RANDOM
    assert set(rows["inclusion_probability"][lottery]) == {0.1}
    assert rows["drawn"][lottery].mean() == pytest.approx(0.1, abs=0.01)


def test_without_a_random_share_nobody_else_has_a_chance(rng: np.random.Generator, settings: Settings) -> None:
    rows = _draw(rng, settings, 0.0).assignments.joined()
    assert not (rows["stratum"] == Stratum.RANDOM).any()
    assert (rows["inclusion_probability"][30:] == 0.0).all()
    assert not rows["drawn"][30:].any()


def test_visits_and_removals_are_later_rows(rng: np.random.Generator, settings: Settings) -> None:
    book = _draw(rng, settings, 0.0)
    book.visited(np.array([1, 7_000]), 0, np.array([110, 111], np.int32), np.array([5, 6], np.int32))
    book.settle(190, 0, removal_reasons(rng, settings.lists, COUNT))
    rows = book.outcomes.joined()
    assert rows["household"].tolist() == [1, 0, *range(2, 30)]
    assert rows["visit"].tolist() == [5, *[NOT_VISITED] * 29]
    assert rows["removed"][0] == -1
    assert (rows["removed"][1:] >= 0).all()
    assert rows["day"].tolist() == [110, *[190] * 29]


def test_those_not_reached_are_carried_on(rng: np.random.Generator, settings: Settings) -> None:
    book = _draw(rng, settings, 0.0)
    frame = replace(_frame(), duty=np.zeros(COUNT, bool), prior=np.zeros(COUNT))
    book.draw(rng, replace(settings.lists, carried_on=1.0, by_hand=0.0), frame, 1, 190)
    assert (book.stratum[:30] == Stratum.CARRIED).all()
    assert book.unvisited[:30].all()


def test_some_are_put_on_by_hand(rng: np.random.Generator, settings: Settings) -> None:
    book = Book.empty(COUNT)
    book.draw(rng, replace(settings.lists, by_hand=1.0), _frame(), 0, 100)
    assert (book.stratum[30:] == Stratum.BY_HAND).all()
