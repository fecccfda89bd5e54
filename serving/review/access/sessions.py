"""Sessions kept in the database, so that they can be ended: from here, from elsewhere, by an administrator."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.review.access.viewer import NotFoundError, Viewer
from serving.review.settings import settings
from serving.review.store.accounts import Account, SignedIn

_BYTES = 32


def hash_token(token: str) -> str:
    """What the database keeps of a random token; it is long enough to need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def form_token(token: str) -> str:
    """The secret that forms of a session carry; other sites can neither read nor make it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def open_session(session: Session, account: Account, device: str, now: datetime) -> str:
    """Open a session; returns its token, always a new one, which only the browser keeps."""
    token = secrets.token_urlsafe(_BYTES)
    session.add(
        SignedIn(
            account_id=account.id,
            token_hash=hash_token(token),
            created_at=now,
            seen_at=now,
            ends_at=now + settings().session.longest,
            device=device[:120],
        )
    )
    return token


def find_session(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The running session of a token: not ended, not idle too long, not too old, its account not locked."""
    found = session.scalar(select(SignedIn).where(SignedIn.token_hash == hash_token(token)))
    if found is None or found.ended_at is not None or found.account.locked_at is not None:
        return None
    over = now >= found.ends_at or now - found.seen_at >= settings().session.idle
    return None if over else found


def ended_by_time(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The session of a token that nobody ended: it was idle too long or is too old. Its account is not locked."""
    found = session.scalar(select(SignedIn).where(SignedIn.token_hash == hash_token(token)))
    if found is None or found.ended_at is not None or found.account.locked_at is not None:
        return None
    return found if find_session(session, token, now) is None else None


def touch(session: Session, found_id: int, now: datetime) -> None:
    """Write down that a session is in use."""
    session.execute(update(SignedIn).where(SignedIn.id == found_id).values(seen_at=now))


def own_sessions(session: Session, viewer: Viewer, now: datetime) -> Sequence[SignedIn]:
    """The viewer's running sessions, the last used first."""
    idle_since = now - settings().session.idle
    return session.scalars(
        select(SignedIn)
        .where(
            SignedIn.account_id == viewer.account_id,
            SignedIn.ended_at.is_(None),
            SignedIn.ends_at > now,
            SignedIn.seen_at > idle_since,
        )
        .order_by(SignedIn.seen_at.desc(), SignedIn.id)
    ).all()


def end_own_session(session: Session, viewer: Viewer, session_id: int, now: datetime) -> None:
    """End one of the viewer's own sessions.

    Raises:
        NotFoundError: it is not one of the viewer's.
    """
    found = session.get(SignedIn, session_id)
    if found is None or found.account_id != viewer.account_id:
        raise NotFoundError
    found.ended_at = found.ended_at or now


def end_sessions(session: Session, account_id: int, now: datetime, *, but: int | None = None) -> None:
    """End every session of an account, ``but`` one if given."""
    ended = update(SignedIn).where(SignedIn.account_id == account_id, SignedIn.ended_at.is_(None))
    if but is not None:
        ended = ended.where(SignedIn.id != but)
    session.execute(ended.values(ended_at=now))
