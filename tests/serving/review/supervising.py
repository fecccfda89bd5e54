"""A month's pool for tests: duties, places by score and lot, and who comes next, all invented."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import httpx
import uvicorn
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.desk import Desk
from serving.review.exchange.load import Place, Sheet
from serving.review.exchange.terms import Terms
from serving.review.store.lists import ListItem, Stratum
from serving.review.store.trail import OutboxRow
from serving.review.web.app import application
from tests.serving.review.making import NEXT_VILLAGE, VILLAGE, place, sheet
from tests.serving.review.server import PATIENCE, Browser, free_port

AWAY, MOVED, NEED = "away", "moved", "known_need"
TERMS = Terms(
    policy="national@2016-02-04#1", visits=7, duties=2, random=2, certain=3, per_director=5,
    add_reasons={NEED: {"zh": "已知有需要", "en": "a need is known"}},
    remove_reasons={AWAY: {"zh": "全家外出", "en": "the family is away"}, MOVED: {"zh": "已迁出", "en": "moved away"}},
)  # fmt: skip


def pool(**other: Any) -> Sheet:
    """Two duties, three by score (one new), two by lot; below them two by order, one of them in the next village."""
    return sheet(*pool_places(), terms=TERMS, **other)


def pool_places() -> list[Place]:
    """The places of ``pool``."""
    lot = {"stratum": Stratum.RANDOM, "kind": "random", "inclusion_probability": 0.5, "band": "in_turn"}
    score = {"kind": "score"}
    return [
        place(1, duty_rule="red_item:no_guardian", duty_due_on=date(2018, 7, 1), kind="duty", probability=0.5),
        place(2, duty_rule="interval:yellow", duty_due_on=date(2018, 7, 9), kind="duty"),
        place(3, new=True, probability=0.6, **score),
        place(4, probability=0.4, **score),
        place(5, NEXT_VILLAGE, probability=0.3, **score),
        place(6, probability=0.1, **lot),
        place(7, probability=0.1, **lot),
        place(8, listed=False, probability=0.2, stratum=Stratum.RANDOM, inclusion_probability=0.5),
        place(9, NEXT_VILLAGE, listed=False, stratum=Stratum.RANDOM, inclusion_probability=0.5),
    ]


def item(session: Session, number: int) -> ListItem:
    """A place made by ``pool``, in its newest list."""
    region = NEXT_VILLAGE if number in (5, 9) else VILLAGE
    found = select(ListItem).where(ListItem.household_id == f"H{region[6:]}-{number:03}").order_by(ListItem.id.desc())
    return session.scalars(found.execution_options(populate_existing=True)).first()  # type: ignore[return-value]


def rows(session: Session, table: str = "assignments") -> list[OutboxRow]:
    """What was queued for the ledger."""
    return list(session.scalars(select(OutboxRow).where(OutboxRow.table == table).order_by(OutboxRow.id)))


@contextmanager
def browsing(desk: Desk, name: str, language: str = "en") -> Iterator[Browser]:
    """A browser in which somebody is signed in, at pages served by a thread of this process."""
    port = free_port()
    config = uvicorn.Config(application(desk), port=port, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.02)
        headers = {"Accept-Language": language}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
            browser = Browser(client)
            browser.sign_in(name)
            yield browser
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
