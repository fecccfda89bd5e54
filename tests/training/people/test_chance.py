"""Agreement beyond chance, against another implementation, and its interval over persons."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from training.people.chance import beyond_chance, weighted_kappa

WORDS = ("go_first", "soon", "in_turn")
COLUMNS = ("rating", "band", "person")


def rated(people: int, each: int, seed: int) -> pl.DataFrame:
    """Ratings that are the band in half of the cases and anything in the others."""
    lots = np.random.default_rng(seed)
    band = lots.choice(WORDS, people * each, p=[0.2, 0.2, 0.6])
    own = np.where(lots.random(people * each) < 0.5, band, lots.choice(WORDS, people * each))
    return pl.DataFrame({"rating": own, "band": band, "person": np.repeat([f"p{n}" for n in range(people)], each)})


@pytest.mark.parametrize("seed", range(5))
def test_it_is_that_of_another_implementation(seed: int) -> None:
    rows = rated(8, 20, seed)
    wanted = cohen_kappa_score(rows["rating"].to_list(), rows["band"].to_list(), labels=list(WORDS), weights="linear")
    found = beyond_chance(rows, WORDS, COLUMNS, 0.95)
    assert found.value == pytest.approx(wanted)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < wanted < found.upper


def test_the_interval_holds_what_is_true_about_as_often_as_it_says() -> None:
    """The truth is that of very many ratings made the same way."""
    truth = beyond_chance(rated(2, 200_000, 99), WORDS, COLUMNS, 0.95).value
    assert truth is not None
    made = [beyond_chance(rated(10, 12, seed), WORDS, COLUMNS, 0.95) for seed in range(60)]
    held = sum((one.lower or 0) <= truth <= (one.upper or 0) for one in made)
    assert held >= 52


def test_of_one_person_there_is_no_interval_and_of_one_word_nothing_at_all() -> None:
    one = beyond_chance(rated(1, 30, 1), WORDS, COLUMNS, 0.95)
    assert one.value is not None
    assert (one.lower, one.upper) == (None, None)
    same = pl.DataFrame({"rating": ["soon"] * 4, "band": ["soon"] * 4, "person": ["a", "a", "b", "b"]})
    assert beyond_chance(same, WORDS, COLUMNS, 0.95).value is None
    assert beyond_chance(same.head(0), WORDS, COLUMNS, 0.95).value is None
    assert weighted_kappa([0, 1], [0, 1], 3) == 1
