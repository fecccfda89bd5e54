"""The top of a region: duties and scores both have their part, and what is not shown is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.cli.console import UserError
from serving.batch.folder import ScoreFolder
from serving.listing import top_of
from tests.builders import default_definition


def _places(folder: ScoreFolder, households: int) -> tuple[list[int], list[int], int, int]:
    listing = top_of(folder, default_definition(), households)
    return (
        [household.place for household in listing.duties.households],
        [household.place for household in listing.by_score.households],
        listing.duties.more,
        listing.by_score.more,
    )


def test_each_part_shows_its_first_households_and_counts_the_rest(scored: ScoreFolder) -> None:
    counts = scored.manifest.counts()
    duties, all_households = counts["duty_households"], counts["households"]
    shown, by_score, more_duties, more_by_score = _places(scored, 9)
    assert shown == [1, 2, 3, 4, 5]
    assert by_score == [duties + place for place in (1, 2, 3, 4)]
    assert (more_duties, more_by_score) == (duties - 5, all_households - duties - 4)


def test_the_room_of_a_short_part_goes_to_the_other(scored: ScoreFolder) -> None:
    counts = scored.manifest.counts()
    duties, all_households = counts["duty_households"], counts["households"]
    shown, by_score, *more = _places(scored, all_households + 10)
    assert [*shown, *by_score] == list(range(1, all_households + 1))
    assert more == [0, 0]
    rest = all_households - duties
    shown, by_score, *_ = _places(scored, duties + 3 if duties < rest else 2 * rest + 3)
    assert len(shown) + len(by_score) == (duties + 3 if duties < rest else 2 * rest + 3)


def test_only_the_first_part_has_duties_and_the_driver_is_named(scored: ScoreFolder) -> None:
    listing = top_of(scored, default_definition(), 40)
    assert all(household.case.duty for household in listing.duties.households)
    assert not any(household.case.duty for household in listing.by_score.households)
    rows = scored.between(1, 10**6)
    for household in (*listing.duties.households, *listing.by_score.households):
        family = rows.filter(rows["household_id"] == household.case.household_id)
        assert family.height == household.others + 1
        assert family.filter("household_driver")["child_id"].to_list() == [household.case.child_id]


def test_scores_of_another_definition_have_no_words(scored: ScoreFolder) -> None:
    other = replace(default_definition(), hash="other")
    with pytest.raises(UserError, match="another version of the definition"):
        top_of(scored, other, 5)
