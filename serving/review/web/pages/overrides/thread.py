"""One override with its thread: answers, and the author's way back."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.settings import settings
from serving.review.web.ask import Ask, see
from serving.review.web.pages.overrides.names import names_of
from serving.review.web.render import page
from serving.review.work.changes import ChangeFaultError
from serving.review.work.overrides import Thread, find_thread
from serving.review.work.overruling import reply, withdraw


def show(ask: Ask) -> Response:
    """The thread."""
    return _page(ask, None)


def act(ask: Ask) -> Response:
    """An answer, or the author withdraws."""
    what, number = ask.form.get("do", ""), _number(ask)
    try:
        if what == "withdraw":
            withdraw(ask.session, ask.viewer, number, ask.now)
        elif what == "reply":
            reply(ask.session, ask.viewer, number, ask.form.get("text", ""), ask.now)
        else:
            raise NotFoundError
    except ChangeFaultError as error:
        return _page(ask, error.code)
    return see(f"/overrides/{number}?sent=1" if what == "reply" else f"/overrides/{number}")


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["override"])


def _page(ask: Ask, fault: str | None) -> Response:
    thread = find_thread(ask.session, ask.viewer, _number(ask), ask.now)
    return page(
        ask,
        "overrides/thread.html.jinja",
        status=200 if fault is None else 400,
        thread=thread,
        called=names_of(ask, [thread])[thread.override.id],
        fault=fault,
        notice=_notice(ask, thread),
        text=ask.form.get("text", "") if fault else "",
        note_characters=settings().note_characters,
    )


def _notice(ask: Ask, thread: Thread) -> str:
    made = thread.override
    if ask.query("made") and not thread.hidden:
        key = "overrule.stays" if made.place_is == made.place_was else "overrule.moved"
        return ask.words(key, was=made.place_was, now=made.place_is)
    return ask.words("overrides.sent") if ask.query("sent") else ""
