"""Where people and the score differ: blind ratings alone, small counts untold, nobody by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from serving.review.access.viewer import Viewer
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import OwnRating, Rating
from serving.review.work.disagreements import disagreements, suppressed
from tests.serving.review.making import FAR_COUNTY, NOW, account, loaded, place, sheet


@pytest.fixture
def supervisor(database: Database) -> Viewer:
    """Who supervises a township with fourteen places by score."""
    loaded(database, sheet(*(place(number, band="go_first") for number in range(1, 15))))
    with database.writing() as session:
        return account(session, Role.SUPERVISOR)


def rated(session: Session, viewer: Viewer, numbers: range, rating: Rating, **other: object) -> None:
    from tests.serving.review.making import VILLAGE, item_id

    for number in numbers:
        usual = {
            "item_id": item_id(session, number), "account_id": viewer.account_id, "household_id": "H",
            "region_code": VILLAGE, "rating": rating, "asked": True, "band_seen": False, "seen_before": {},
            "rated_at": NOW,
        }  # fmt: skip
        session.add(OwnRating(**{**usual, **other}))
    session.flush()


def test_blind_ratings_alone_are_counted(database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        rated(session, supervisor, range(1, 6), Rating.GO_FIRST)
        rated(session, supervisor, range(6, 12), Rating.IN_TURN)
        rated(session, supervisor, range(12, 13), Rating.SOON, band_seen=True)
        rated(session, supervisor, range(13, 14), Rating.SOON, asked=False)
        rated(session, supervisor, range(14, 15), Rating.SOON, rated_at=NOW - timedelta(days=400))
        found = disagreements(session, supervisor, 0, 4, NOW)
        told = {cell: count for cell, count in found.counts.items() if count}
        assert told == {(Rating.GO_FIRST, Rating.GO_FIRST): 5, (Rating.IN_TURN, Rating.GO_FIRST): 6}
        assert (found.ratings, found.matching, found.hidden) == (11, 6, False)
        assert [one.item.place for one in found.differing] == [11, 10, 9, 8]
        assert {one.rating for one in found.differing} == {Rating.IN_TURN}
        for viewer in (account(session), account(session, Role.SUPERVISOR, FAR_COUNTY)):
            other = disagreements(session, viewer, 0, 4, NOW)
            assert (other.ratings, list(other.differing)) == (0, [])


def test_few_ratings_tell_no_figure(database: Database, supervisor: Viewer) -> None:
    with database.writing() as session:
        rated(session, supervisor, range(1, 4), Rating.SOON)
        found = disagreements(session, supervisor, 0, 4, NOW)
        assert (found.ratings, found.hidden) == (None, True)
        assert len(found.differing) == 3


@pytest.mark.parametrize(
    ("counts", "hidden"),
    [
        ({"a": 9, "b": 4, "c": 7}, {"b", "c"}),
        ({"a": 9, "b": 4, "c": 1}, {"b", "c"}),
        ({"a": 9, "b": 0, "c": 7}, set()),
        ({"a": 3, "b": 0, "c": 0}, {"a"}),
    ],
)
def test_a_small_count_cannot_be_worked_out_from_the_others(counts: dict[str, int], hidden: set[str]) -> None:
    cells = dict(zip(counts, [(Rating.SOON, band) for band in Rating], strict=True))
    told = suppressed({cells[name]: number for name, number in counts.items()})
    assert {name for name, cell in cells.items() if told[cell] is None} == hidden
