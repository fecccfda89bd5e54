"""The cookies of the application: names and attributes in one place."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

SESSION, FORM, LANGUAGE, PROVIDER = "mopai_review", "mopai_form", "mopai_language", "mopai_provider"
KEPT = "mopai_kept"
"""What opens a form that came too late; see ``work.kept_forms``."""
KNOWN = "mopai_known"
"""What tells a browser that was used before; see ``access.devices``."""
_YEAR = 365 * 24 * 3600


def read(request: Request, name: str) -> str:
    """A cookie's value, empty if there is none."""
    return request.cookies.get(_name(request, name), "")


def give(request: Request, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie: scripts never read it, other sites' forms never send it, with https it travels no other way.

    Lax rather than strict: a person who comes back from the provider of identities is signed in at once. Forms are
    guarded by their own token. Without ``seconds`` it goes when the browser is closed.
    """
    response.set_cookie(
        _name(request, name),
        value,
        max_age=_YEAR if name in (LANGUAGE, KNOWN) else seconds,
        httponly=True,
        samesite="lax",
        secure=_secure(request),
    )


def drop(request: Request, response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(_name(request, name), httponly=True, samesite="lax", secure=_secure(request))


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request, name: str) -> str:
    # The prefix makes browsers refuse the cookie from any other host, path or plain http.
    return f"__Host-{name}" if _secure(request) else name
