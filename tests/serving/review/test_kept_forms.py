"""What was typed survives the end of a session: for the same person in the same browser, once, and for a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.review.access.viewer import Viewer
from serving.review.settings import settings
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.kept_forms import KeptForm
from serving.review.work.kept_forms import keep_form, newest_path, take_form, waits
from tests.serving.review.making import NOW, TOWNSHIP, account

PATH, SECRET = "/list/7/visit", "of this browser"
TYPED = {"met": "yes", "f0_action": "联系了学校"}


def keep(session: Session, worker: Viewer, path: str = PATH, minutes: float = 0) -> None:
    keep_form(session, worker.account_id, path, TYPED, secret=SECRET, now=NOW + timedelta(minutes=minutes))


def test_what_was_typed_comes_back_once(database: Database) -> None:
    with database.writing() as session:
        worker = account(session)
        keep(session, worker)
        assert waits(session, worker.account_id, PATH)
        assert newest_path(session, worker.account_id, NOW) == PATH
        assert take_form(session, worker.account_id, PATH, secret=SECRET, now=NOW) == TYPED
        assert take_form(session, worker.account_id, PATH, secret=SECRET, now=NOW) == {}
        assert newest_path(session, worker.account_id, NOW) == ""


def test_the_database_alone_does_not_tell_it(database: Database) -> None:
    with database.writing() as session:
        keep(session, account(session))
        block = session.scalars(select(KeptForm.sealed)).one()
    assert TYPED["f0_action"].encode() not in block
    assert b"f0_action" not in block


@pytest.mark.parametrize("change", ["another browser", "another page", "another person"])
def test_a_block_opens_only_for_its_browser_page_and_person(database: Database, change: str) -> None:
    with database.writing() as session:
        worker, other = account(session), account(session, Role.SUPERVISOR, TOWNSHIP)
        keep(session, worker)
        kept = session.scalars(select(KeptForm)).one()
        secret, path, person = SECRET, PATH, worker
        if change == "another browser":
            secret = "of another"  # noqa: S105 - invented
        elif change == "another page":
            kept.path = path = "/list/8/visit"
        else:
            kept.account_id, person = other.account_id, other
        session.flush()
        assert take_form(session, person.account_id, path, secret=secret, now=NOW) == {}


def test_it_is_forgotten_after_a_time(database: Database) -> None:
    minutes = settings().session.form.total_seconds() / 60
    with database.writing() as session:
        worker = account(session)
        keep(session, worker)
        late = NOW + timedelta(minutes=minutes)
        assert newest_path(session, worker.account_id, late) == ""
        assert take_form(session, worker.account_id, PATH, secret=SECRET, now=late) == {}
        keep(session, worker)
        keep(session, worker, "/list/8/visit", minutes)
        assert session.scalars(select(KeptForm.path)).all() == ["/list/8/visit"]


def test_one_of_each_page_and_not_too_many(database: Database) -> None:
    most = settings().session.forms_at_most
    with database.writing() as session:
        worker = account(session)
        for number in [1, *range(1, most + 3)]:
            keep(session, worker, f"/list/{number}/visit")
        assert session.scalar(select(func.count()).select_from(KeptForm)) == most
        assert not waits(session, worker.account_id, "/list/2/visit")
        assert waits(session, worker.account_id, f"/list/{most + 2}/visit")
