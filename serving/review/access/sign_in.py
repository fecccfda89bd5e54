"""Signing in with name and password. Every refusal looks and lasts the same."""

from __future__ import annotations

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


def sign_in(session: Session, attempt: Attempt, now: datetime) -> Admitted | Refused:
    """Let somebody in or not, and remember the attempt."""
    device = known_device(session, attempt.name, attempt.mark)
    counted = device or name_key(attempt.name)
    hold_key(session, counted)
    # What others at the same address try does not keep a known device waiting either.
    wait = wait_for(session, counted, None if device else attempt.address, now)
    if wait > timedelta():
        return Refused(wait)
    account = session.scalar(select(Account).where(func.lower(Account.name) == attempt.name.strip().lower()))
    kept = None if account is None or account.locked_at is not None else account.password_hash
    right = verify(kept, attempt.password)
    if account is None or not right:
        note_attempt(session, counted, attempt.address, Outcome.REFUSED, now)
        return Refused()
    note_attempt(session, counted, attempt.address, Outcome.SIGNED_IN, now)
    if kept is not None and outdated(kept):
        account.password_hash = hash_password(attempt.password)
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
