"""Browsers somebody signed in with before: what strangers try under a name does not keep its person out of these."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.review.access.lock_out import own_key
from serving.review.access.sessions import hash_token
from serving.review.store.accounts import SignedIn


def device_mark(session: Session, token: str) -> str:
    """What a browser keeps of a sign-in, to be known again; opens nothing by itself. Empty for no session."""
    opened = session.scalar(select(SignedIn).where(SignedIn.token_hash == hash_token(token)))
    return "" if opened is None else f"{opened.id}.{_proof(opened)}"


def known_device(session: Session, name: str, mark: str) -> str:
    """The key of a browser's attempts; empty unless this very name signed in with it before."""
    number, _, proof = mark.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return ""
    opened = session.get(SignedIn, int(number))
    if opened is None or not hmac.compare_digest(proof.encode(), _proof(opened).encode()):
        return ""
    return own_key("device", opened.id) if opened.account.name.lower() == name.strip().lower() else ""


def _proof(opened: SignedIn) -> str:
    return hmac.new(opened.token_hash.encode(), b"device", hashlib.sha256).hexdigest()
