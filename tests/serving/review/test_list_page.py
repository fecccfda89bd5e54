"""The list's page is made anew each time: one reading whatever the order, and what somebody else did shows at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.requests import Request

from serving.review.access.sessions import find_session, open_session
from serving.review.access.viewer import Viewer
from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Account, Role
from serving.review.store.database import Database
from serving.review.store.lists import Status
from serving.review.web.ask import Ask
from serving.review.web.pages import my_list
from serving.review.words import Words
from serving.review.work.changes import Change, change_status
from tests.serving.review.making import NOW, account, item_id, july, loaded

TODAY = july().period_from


def seen(desk: Desk, token: str, query: str = "") -> str:
    """The page as its reader gets it."""
    with desk.database.reading() as session:
        scope = {"type": "http", "method": "GET", "path": "/list", "query_string": query.encode(), "headers": [],
                 "app": Starlette(), "scheme": "http", "server": ("localhost", 80)}  # fmt: skip
        ask = Ask(Request(scope), session, desk, Words("en"), NOW, {}, token, find_session(session, token, NOW))
        return bytes(my_list.show(ask).body).decode()


def name_them(desk: Desk, session: Session, guardian: str) -> None:
    """What an import brings: the first household's guardian."""
    key = persons_key(desk.folders)
    assert key is not None
    first = july().places[:1]
    keep_persons(session, key, first, {first[0].household_id: Persons(guardian=guardian)}, NOW)


def at_work(database: Database, home: Path) -> tuple[Desk, str, Viewer]:
    """A director who reads, and a supervisor who changes."""
    loaded(database)
    desk = Desk(database, folders=Folders(home))
    with database.writing() as session:
        director, boss = account(session), account(session, Role.SUPERVISOR)
        token = open_session(session, session.get_one(Account, director.account_id), "", NOW)
        name_them(desk, session, "仇桂兰")
    return desk, token, boss


def test_what_somebody_else_did_shows_at_once(database: Database, home: Path) -> None:
    desk, token, boss = at_work(database, home)
    for order in ("", "order=name"):
        page = seen(desk, token, order)
        assert "仇桂兰" in page
        assert "0 visited" in page
    with database.writing() as session:
        change_status(session, boss, Change(item_id(session, 3), 1, Status.DONE, TODAY), NOW)
        name_them(desk, session, "曾秀英")
    for order in ("", "order=name"):
        page = seen(desk, token, order)
        assert "仇桂兰" not in page
        assert "曾秀英" in page
        assert "1 visited" in page


def test_names_and_places_are_read_once_whatever_the_order(database: Database, home: Path) -> None:
    desk, token, _ = at_work(database, home)
    said: list[str] = []

    def listen(*told: object) -> None:
        assert isinstance(told[0], Connection)
        said.append(str(told[2]))

    event.listen(database.engine, "before_cursor_execute", listen)
    for query in ("", "order=name", "order=village&status=open"):
        said.clear()
        seen(desk, token, query)
        assert sum("dense_rank" in one for one in said) == 1, query
        assert sum("FROM household_persons" in one for one in said) == 1, query
        assert sum("FROM own_ratings" in one and "dense_rank" not in one for one in said) == 0, query
