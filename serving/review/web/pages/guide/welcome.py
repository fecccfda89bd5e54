"""The first sign-in: what the pages of one's role are for, in a few steps with pictures; open again at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from features.settings_file import read_settings
from serving.review.access.viewer import May, NotFoundError
from serving.review.store.accounts import Account, Role
from serving.review.web.ask import Ask, see
from serving.review.web.render import STYLES, page
from serving.review.work.practice import start_practice

_KEPT = {"Cache-Control": "public, max-age=3600"}


@dataclass(frozen=True, slots=True)
class Guide:
    """The steps of each role; see ``guide.toml``."""

    steps: Mapping[Role, tuple[str, ...]]


@lru_cache(maxsize=1)
def guide() -> Guide:
    """Read the steps once."""
    return read_settings(Path(__file__).parents[3] / "guide.toml", TypeAdapter(Guide))


def show(ask: Ask) -> Response:
    """One step, the first unless another one is asked for."""
    steps = guide().steps[_account(ask).role]
    number = min(max(ask.number("step"), 1), len(steps))
    return page(
        ask,
        "guide/welcome.html.jinja",
        step=steps[number - 1],
        number=number,
        steps=len(steps),
        practises=ask.viewer.may(May.WORK_CASES),
        name=_account(ask).display_name,
    )


def finish(ask: Ask) -> Response:
    """The person has seen or skipped it; go on to work, or to practice."""
    account = _account(ask)
    account.introduced_at = account.introduced_at or ask.now
    if ask.form.get("practise") and ask.signed_in is not None:
        start_practice(ask.session, ask.desk, ask.viewer, ask.signed_in, ask.now)
        return see("/practice")
    return see("/")


async def picture(request: Request) -> Response:
    """A picture of a step."""
    held = _pictures().get(request.path_params["name"])
    if held is None:
        return PlainTextResponse("not found\n", 404)
    return Response(held, media_type="image/svg+xml", headers=_KEPT)


@lru_cache(maxsize=1)
def _pictures() -> Mapping[str, bytes]:
    return {file.stem: file.read_bytes() for file in (STYLES / "pictures").glob("*.svg")}


def _account(ask: Ask) -> Account:
    if ask.signed_in is None:
        raise NotFoundError
    return ask.signed_in.account
