"""Strangers at the door keep nobody from saving: over HTTP, with threads, on both databases."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from serving.review.access.lock_out import name_key, note_attempt
from serving.review.settings import settings
from serving.review.store.accounts import Account, Outcome
from serving.review.store.database import Database
from tests.serving.review.making import NOW, account
from tests.serving.review.server import Running, hosted

# A dozen times what a password costs: long enough to see who waits for whom.
SLOW = PasswordHasher(time_cost=25, memory_cost=19_456, parallelism=1)


@pytest.fixture
def server(database_url: str, database: Database, tmp_path: Path) -> Iterator[Running]:
    with database.writing() as session:
        account(session, name="wang")
    with hosted(database_url, tmp_path) as running:
        yield running


def test_a_save_goes_through_while_a_password_is_compared(server: Running, database: Database) -> None:
    with database.writing() as session:
        slow = account(session, name="slow")
        session.get_one(Account, slow.account_id).password_hash = SLOW.hash("another-stone-93-wall")
    browser, took = server.browser(), list[float]()
    seen = browser.get("/sign-in")

    def guess() -> None:
        begun = time.monotonic()
        browser.send("/sign-in", {"name": "slow", "password": "wrong"}, seen=seen, status=401)
        took.append(time.monotonic() - begun)

    stranger, saves = threading.Thread(target=guess), list[float]()
    stranger.start()
    while stranger.is_alive():
        begun = time.monotonic()
        with database.writing() as session:
            note_attempt(session, name_key("other"), "", Outcome.SIGNED_IN, NOW)
        saves.append(time.monotonic() - begun)
        stranger.join(0.01)
    assert took
    assert max(saves) < took[0] / 2, (max(saves), took[0])


def test_forms_of_nobody_are_answered_while_somebody_else_writes(server: Running, database: Database) -> None:
    """Whoever has no session, no token or has to wait takes no turn at writing: none of them waits for this one."""
    page = server.browser()
    token = re.search(r'name="token" value="(\w+)"', page.get("/sign-in"))
    assert token
    mine = {"token": token[1], "name": "Wang", "password": "wrong"}
    with database.writing() as session:
        now = datetime.now(UTC)
        for _ in range(settings().lock_out.free_attempts):
            note_attempt(session, name_key("wang"), "10.0.0.9", Outcome.REFUSED, now)
    with database.writing() as held:
        held.execute(select(1))
        assert page.client.post("/sign-in", data={"name": "wang", "password": "wrong"}).status_code == 403
        assert page.client.post("/sign-in", data=mine).status_code == 429
        for path in ("/list/1", "/me", "/nothing"):
            answer = page.client.post(path, data=mine)
            assert answer.headers["location"] == f"/sign-in?next={path}"
            assert page.client.post(path).status_code == 403
