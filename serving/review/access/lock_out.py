"""Wrong passwords make a name wait, ever longer, whether the name exists or not; so does an address.

Nobody is kept out by what strangers try: a browser the person signed in with before counts for itself.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.review.settings import settings
from serving.review.store.accounts import Outcome, SignInAttempt


def name_key(name: str) -> str:
    """A name as attempts know it."""
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()


def own_key(what: str, number: int) -> str:
    """What attempts are counted under that belong to no name at the door. No name has capitals when it is hashed."""
    return hashlib.sha256(f"{what.upper()} {number}".encode()).hexdigest()


def hold_key(session: Session, key: str) -> None:
    """Let attempts under one key come one after the other, so that many at once are not each the first.

    SQLite lets one transaction write at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = int.from_bytes(bytes.fromhex(key)[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(lock)))


def wait_for(session: Session, key: str, address: str | None, now: datetime) -> timedelta:
    """How long what is counted under a key, and an address if one is given, has to wait; zero when it may try."""
    limits = settings().lock_out
    since = now - limits.window
    attempt = SignInAttempt
    good = select(func.max(attempt.at)).where(attempt.name_key == key, attempt.outcome == Outcome.SIGNED_IN)
    last_good = session.scalar(good)
    wrong = select(attempt.at).where(attempt.outcome == Outcome.REFUSED, attempt.at > since).order_by(attempt.at)
    of_name = wrong.where(attempt.name_key == key, *([attempt.at > last_good] if last_good else []))
    times = session.scalars(of_name).all()
    waits = [_wait(len(times)) - (now - times[-1])] if times else []
    if address is not None:
        times = session.scalars(wrong.where(attempt.address == address)).all()
        if len(times) >= limits.address_attempts:
            waits.append(limits.first_wait - (now - times[-1]))
    return max([timedelta(), *waits])


def note_attempt(session: Session, key: str, address: str, outcome: Outcome, now: datetime) -> None:
    """Remember an attempt, and forget those that no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - settings().lock_out.window))
    session.add(SignInAttempt(name_key=key, address=address[:64], at=now, outcome=outcome))


def _wait(wrong: int) -> timedelta:
    limits = settings().lock_out
    beyond = wrong - limits.free_attempts
    if beyond < 0:
        return timedelta()
    # Past 20 doublings every limit is reached; more would overflow.
    doubled: timedelta = limits.first_wait * 2 ** min(beyond, 20)
    return min(limits.longest_wait, doubled)
