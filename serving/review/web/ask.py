"""One request as the pages see it: who asks, in which language, in which transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse

from serving.review.access.sessions import form_token
from serving.review.access.sign_in import Checked, Refused
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk
from serving.review.store.accounts import SignedIn
from serving.review.words import Words

SEE_OTHER = 303
DIGITS = 9
"""Digits of the largest number that a form or an address may hold: it fits a key of either database."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request with what it needs to be answered.

    ``secret`` is what its forms' token is made from; ``files`` what was sent along with a form. ``again`` says why a
    form is shown that is not saved: it was ``kept`` while its person signed in again, or is of an ``old`` session.
    ``checked`` is what came of the slow work a page does before it writes.
    """

    request: Request
    session: Session
    desk: Desk
    words: Words
    now: datetime
    form: Mapping[str, str]
    secret: str
    signed_in: SignedIn | None
    files: Mapping[str, bytes] = field(default_factory=dict)
    again: Literal["", "kept", "old"] = ""
    checked: Checked | Refused | None = None

    @property
    def viewer(self) -> Viewer:
        """Who asks. Pages that anyone may open do not ask for it."""
        if self.signed_in is None:
            raise LookupError("nobody is signed in")
        return Viewer.signed_in(self.signed_in)

    @property
    def token(self) -> str:
        """What forms of this page carry."""
        return form_token_of(self.secret, self.signed_in.account_id if self.signed_in is not None else None)

    @property
    def practising(self) -> bool:
        """Whether the session works with invented families."""
        return self.signed_in is not None and self.signed_in.practising

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    def query(self, name: str) -> str:
        """A value of the address line, empty if there is none."""
        return self.request.query_params.get(name, "").strip()

    def number(self, name: str) -> int:
        """A number of the address line, 0 for anything else."""
        return whole(self.query(name)) or 0


def whole(given: str) -> int | None:
    """A number of a form or an address; None for anything else, and for what no key can be."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else None


def form_token_of(secret: str, account_id: int | None) -> str:
    """What forms of a session carry: its secret, and whose it is."""
    return form_token(secret) if account_id is None else f"{form_token(secret)}_{account_id}"


def see(path: str) -> RedirectResponse:
    """Send the browser to a page of ours, so that reloading sends no form again."""
    return RedirectResponse(path, SEE_OTHER)


def own_path(path: str) -> str:
    """A path of this application as given, ``/`` for anything that could lead elsewhere."""
    parts = urlsplit(path)
    ours = path.startswith("/") and not path.startswith("//") and not parts.netloc and "\\" not in path
    return path if ours and path.isprintable() else "/"
