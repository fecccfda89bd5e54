"""The sentences on new counties and households."""

from __future__ import annotations

from training.counties.folds import Folds, HoldOut
from training.counties.price import Price, Prices
from training.counties.words import folds_words, notes, price_table, price_words
from training.stability.resample import NOT_ESTIMABLE, Interval


def folds(hold_out: HoldOut, groups: int, count: int) -> Folds:
    return Folds(hold_out, groups, count, {}, 4)


COUNTY = Price(folds("county", 12, 4), Interval(0.3, 0.28, 0.32), Interval(0.25, 0.2, 0.3), Interval(0.05, 0.02, 0.08))


def test_a_price_is_said_per_hundred_visits_with_its_interval() -> None:
    said = price_words(COUNTY)
    assert "finds 25.0 new needs" in said.en
    assert "the price is 5.0 (95 % interval 2.0 to 8.0)." in said.en
    assert "代价 5.0（95% 区间 2.0 至 8.0）" in said.zh


def test_a_price_that_may_be_none_says_so() -> None:
    unsure = Price(COUNTY.folds, COUNTY.known, COUNTY.new, Interval(0.01, -0.02, 0.04))
    assert price_words(unsure).en.endswith("There may be none.")
    without_ends = Price(COUNTY.folds, COUNTY.known, COUNTY.new, Interval(0.01, None, None))
    assert price_words(without_ends).en.endswith("the price is 1.0.")


def test_why_there_is_no_price() -> None:
    one = Price(folds("prefecture", 1, 1), COUNTY.known, NOT_ESTIMABLE, NOT_ESTIMABLE)
    assert "holds 1 of the prefectures" in price_words(one).en
    few = Price(folds("county", 3, 3), NOT_ESTIMABLE, NOT_ESTIMABLE, NOT_ESTIMABLE)
    assert "too few visits have a label" in price_words(few).en


def test_groups_put_together_in_folds_are_said_to_be() -> None:
    assert folds_words(folds("county", 12, 4)).en == (
        "12 counties dealt by seeded hash into 4 folds, one left out at a time"
    )
    assert folds_words(folds("county", 3, 3)).en == "3 counties, one left out at a time"
    assert folds_words(folds("prefecture", 1, 1)).en == "nothing to leave out"


def test_the_table_has_chance_and_overdue_beside_and_thinning_is_said() -> None:
    found = Prices((COUNTY,), Interval(0.1, None, None), NOT_ESTIMABLE, thinned=True)
    table = price_table(found)
    assert len(table.rows) == 3
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert any("drawn by whole households" in words.en for words in notes(found))
    assert len(notes(Prices((COUNTY,), NOT_ESTIMABLE, NOT_ESTIMABLE, thinned=False))) == 2
