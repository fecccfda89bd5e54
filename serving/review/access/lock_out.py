"""Wrong passwords make a name wait, ever longer, whether the name exists or not; so does an address."""

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


def wait_for(session: Session, name: str, address: str, now: datetime) -> timedelta:
    """How long a name or an address still has to wait; zero when it may try."""
    limits = settings().lock_out
    since = now - limits.window
    attempt = SignInAttempt
    good = select(func.max(attempt.at)).where(attempt.name_key == name_key(name), attempt.outcome == Outcome.SIGNED_IN)
    last_good = session.scalar(good)
    wrong = select(attempt.at).where(attempt.outcome == Outcome.REFUSED, attempt.at > since).order_by(attempt.at)
    of_name = wrong.where(attempt.name_key == name_key(name), *([attempt.at > last_good] if last_good else []))
    times = session.scalars(of_name).all()
    waits = [_wait(len(times)) - (now - times[-1])] if times else []
    times = session.scalars(wrong.where(attempt.address == address)).all()
    if len(times) >= limits.address_attempts:
        waits.append(limits.first_wait - (now - times[-1]))
    return max([timedelta(), *waits])


def note_attempt(session: Session, name: str, address: str, outcome: Outcome, now: datetime) -> None:
    """Remember an attempt, and forget those that no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - settings().lock_out.window))
    session.add(SignInAttempt(name_key=name_key(name), address=address[:64], at=now, outcome=outcome))


def _wait(wrong: int) -> timedelta:
    limits = settings().lock_out
    beyond = wrong - limits.free_attempts
    if beyond < 0:
        return timedelta()
    # Past 20 doublings every limit is reached; more would overflow.
    doubled: timedelta = limits.first_wait * 2 ** min(beyond, 20)
    return min(limits.longest_wait, doubled)
