"""Where a person's own rating comes first, no page tells what the list said before it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.desk import Desk
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.decisions import Override, Rating
from serving.review.work.overrides import ThreadState, find_thread, threads
from serving.review.work.overruling import Overruling, overrule
from serving.review.work.ratings import rate
from tests.serving.review.making import NOW, account, item_id, july, loaded
from tests.serving.review.supervising import browsing

ASKED = 4


@pytest.fixture
def people(database: Database) -> dict[str, Viewer]:
    """A caseworker who rated the place they were asked to and then overruled it, a colleague and the supervisor."""
    loaded(database, july())
    with database.writing() as session:
        found = {
            "worker": account(session, name="worker"),
            "colleague": account(session, name="colleague"),
            "supervisor": account(session, Role.SUPERVISOR, name="supervisor"),
        }
        number = item_id(session, ASKED)
        rate(session, found["worker"], number, Rating.IN_TURN, datetime.now(UTC))
        overrule(session, found["worker"], Overruling(number, Rating.IN_TURN, "knows_family"), NOW)
    return found


def made(session: Session) -> int:
    return session.query(Override.id).scalar()


def test_a_colleague_reads_an_override_after_their_own_rating(database: Database, people: dict[str, Viewer]) -> None:
    with database.writing() as session:
        number = made(session)
        with pytest.raises(NotFoundError):
            find_thread(session, people["colleague"], number, NOW)
        rate(session, people["colleague"], item_id(session, ASKED), Rating.SOON, NOW)
        assert not find_thread(session, people["colleague"], number, NOW).hidden
        assert not find_thread(session, people["worker"], number, NOW).hidden


def test_who_answers_an_override_reads_it_without_what_the_list_said(
    database: Database, people: dict[str, Viewer]
) -> None:
    with database.writing() as session:
        number = made(session)
        assert find_thread(session, people["supervisor"], number, NOW).hidden
        assert [one.hidden for one in threads(session, people["supervisor"], ThreadState.WAITING, NOW)] == [True]
        rate(session, people["supervisor"], item_id(session, ASKED), Rating.SOON, NOW)
        assert not find_thread(session, people["supervisor"], number, NOW).hidden


def test_pages_of_overrides_and_disagreements_wait_for_the_own_rating(
    database: Database, people: dict[str, Viewer]
) -> None:
    with database.reading() as session:
        place, thread = item_id(session, ASKED), f"/overrides/{made(session)}?made=1"
    paths = (thread, "/overrides", "/supervise/disagreements")
    with browsing(Desk(database), people["supervisor"].name) as browser:
        for path in paths:
            html = browser.get(path)
            assert f'href="/list/{place}"' in html
            assert "Your own rating first" in html
            assert "The list said" not in html
            assert "Score: " not in html
            assert "It went from place" not in html
        browser.send(f"/list/{place}/rating", {"rating": "soon"}, seen=browser.get(f"/list/{place}"))
        for path in paths:
            assert "Your own rating first" not in browser.get(path)
        assert "Go first" in browser.get(thread)
