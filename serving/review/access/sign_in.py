"""Signing in with name and password. Every refusal looks and lasts the same.

Passwords are hashed slowly on purpose: that is done before the transaction that counts the attempt begins, so that
nobody's saving waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.review.access.devices import known_device
from serving.review.access.lock_out import hold_key, name_key, note_attempt, own_key, wait_for
from serving.review.access.passwords import hash_password, outdated, verify, weakness
from serving.review.access.sessions import end_sessions, open_session
from serving.review.access.viewer import Viewer
from serving.review.store.accounts import Account, Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at the door: name and password as typed, the address and the device they come from.

    ``mark`` is what the browser kept of an earlier sign-in.
    """

    name: str
    password: str
    address: str
    device: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The token of the new session, and whether the password must be changed first."""

    token: str
    must_change: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """No admission; ``wait`` is more than zero when the name has to wait first."""

    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Checked:
    """A password compared with the hash that was ``kept`` then; ``renewed`` is a hash of it by today's settings."""

    kept: str | None
    right: bool
    renewed: str | None = None


def check_password(
    reading: Callable[[], AbstractContextManager[Session]], attempt: Attempt, now: datetime
) -> Checked | Refused:
    """Compare a password outside any transaction; refused without that while the name or the address has to wait.

    It says nothing to anybody yet: of attempts at one moment only those that ``sign_in`` counts are answered.
    """
    with reading() as session:
        wait = _waits(session, attempt, _counted(session, attempt), now)
        kept = _kept(_account(session, attempt))
    if wait > timedelta():
        return Refused(wait)
    right = verify(kept, attempt.password)
    renew = kept is not None and right and outdated(kept)
    return Checked(kept, right, hash_password(attempt.password) if renew else None)


def sign_in(session: Session, attempt: Attempt, checked: Checked, now: datetime) -> Admitted | Refused:
    """Let somebody in or not, and remember the attempt; one after the other for what is counted together."""
    counted = _counted(session, attempt)
    hold_key(session, counted)
    wait = _waits(session, attempt, counted, now)
    if wait > timedelta():
        return Refused(wait)
    account = _account(session, attempt)
    # A password that was changed, or an account that was locked, while this one was compared lets nobody in.
    if account is None or not checked.right or _kept(account) != checked.kept:
        note_attempt(session, counted, attempt.address, Outcome.REFUSED, now)
        return Refused()
    note_attempt(session, counted, attempt.address, Outcome.SIGNED_IN, now)
    account.password_hash = checked.renewed or account.password_hash
    return Admitted(open_session(session, account, attempt.device, now), account.must_change)


def change_password(
    session: Session, viewer: Viewer, old: str, new: str, *, session_id: int, now: datetime
) -> str | None:
    """Change the viewer's own password and end its other sessions. Returns why not, as a code; None when done.

    Whoever sits at a session of somebody else guesses the password no faster than at the door.
    """
    account = session.get_one(Account, viewer.account_id)
    counted = own_key("change", account.id)
    hold_key(session, counted)
    if wait_for(session, counted, None, now) > timedelta():
        return "password_wait"
    if not verify(account.password_hash, old):
        note_attempt(session, counted, "", Outcome.REFUSED, now)
        return "password_wrong"
    note_attempt(session, counted, "", Outcome.SIGNED_IN, now)
    if old == new:
        return "password_same"
    weak = weakness(new, account.name)
    if weak is not None:
        return weak
    account.password_hash, account.must_change = hash_password(new), False
    end_sessions(session, account.id, now, but=session_id)
    return None


def _counted(session: Session, attempt: Attempt) -> str:
    """What the attempt is counted under: the browser, where this person signed in with it before, else the name."""
    return known_device(session, attempt.name, attempt.mark) or name_key(attempt.name)


def _waits(session: Session, attempt: Attempt, counted: str, now: datetime) -> timedelta:
    # What others at the same address try does not keep a known device waiting either.
    return wait_for(session, counted, attempt.address if counted == name_key(attempt.name) else None, now)


def _account(session: Session, attempt: Attempt) -> Account | None:
    return session.scalar(select(Account).where(func.lower(Account.name) == attempt.name.strip().lower()))


def _kept(account: Account | None) -> str | None:
    return None if account is None or account.locked_at is not None else account.password_hash
