"""The counties of those who work with the pages, read ahead: nobody waits for the first page of a household.

What is read stays with ledger and scores as it was read of them (see ``ledger_source``, ``scored``), new files are
read again. No household is looked at, so nothing is to be noted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy import func, select

from features.cli.console import UserError
from features.definition.structure import COUNTY_DIGITS
from serving.review.access.viewer import RIGHTS, May
from serving.review.cases.about import About
from serving.review.cases.ledger_source import ledger_source
from serving.review.cases.records import TABLES
from serving.review.cases.scored import scored
from serving.review.desk import Desk
from serving.review.exchange.settings import exchange_settings
from serving.review.store.accounts import Account, AccountRegion, SignedIn
from serving.review.store.database import Database

logger = logging.getLogger("mopai.review")
# As many as ledger and scores keep in memory.
_AT_ONCE = 16
_NOBODY = About("")


@contextmanager
def counties_at_hand(desk: Desk) -> Iterator[None]:
    """Read the counties beside the block, and again whatever an import or an export brings while it runs."""
    if desk.folders.ledger is None:
        yield
        return
    over = Event()
    Thread(target=_work, args=(desk, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def read_counties(desk: Desk) -> None:
    """Read what is not in memory yet; a county that cannot be read is left to its pages, which say so."""
    for county in counties_of_work(desk.database):
        source = ledger_source(desk, county)
        if source is None:
            continue
        try:
            source.rows(_NOBODY, [name for name in TABLES if name in source.definition.tables])
        except UserError:
            continue
        scored(desk, _NOBODY.household_id, county, source.definition)


def counties_of_work(database: Database) -> Sequence[str]:
    """The counties of those who work with households and are not locked out, the latest used first."""
    roles = [role for role, rights in RIGHTS.items() if May.WORK_CASES in rights]
    county = func.substr(AccountRegion.region_code, 1, COUNTY_DIGITS)
    query = (
        select(county)
        .join(Account, Account.id == AccountRegion.account_id)
        .outerjoin(SignedIn, SignedIn.account_id == Account.id)
        .where(Account.role.in_(roles), Account.locked_at.is_(None))
        .group_by(county)
        .order_by(func.max(SignedIn.seen_at).desc().nulls_last(), county)
        .limit(_AT_ONCE)
    )
    with database.reading() as session:
        return session.scalars(query).all()


def _work(desk: Desk, over: Event) -> None:
    while not over.is_set():
        try:
            read_counties(desk)
        except Exception as error:  # noqa: BLE001 - whatever it is, the pages go on; its text may hold values
            logger.error("counties were not read ahead: %s", type(error).__name__)  # noqa: TRY400 - as above
        over.wait(exchange_settings().daily.look_seconds)
