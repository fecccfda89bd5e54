"""Page sessions: a signed cookie in place of the key, so that no key stands in an address or in a page."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from serving.service.keys import Key, KeyRing
from serving.service.settings import limits

COOKIE = "mopai_session"


def open_session(key: Key, ring: KeyRing, now: float | None = None) -> str:
    """The value of a session cookie: the key's hash, when it ends, and a signature."""
    ends = int((time.time() if now is None else now) + limits().session_hours * 3600)
    said = f"{key.sha256}.{ends}"
    return f"{said}.{_signature(said, ring)}"


def session_holder(cookie: str, ring: KeyRing, now: float | None = None) -> Key | None:
    """The key a session was opened with; None when it was not signed here, is over, or its key is gone."""
    said, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(said, ring).encode()):
        return None
    identity, _, ends = said.partition(".")
    if int(ends) < (time.time() if now is None else now):
        return None
    return next((key for key in ring.keys if key.sha256 == identity), None)


def _signature(said: str, ring: KeyRing) -> str:
    digest = hmac.new(ring.seal(), said.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
