"""Pages from templates: the words of the reader's language, and nothing unescaped."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import exists, select
from starlette.responses import HTMLResponse

from serving.review.access.viewer import May, within
from serving.review.store.lists import ListItem, VisitList
from serving.review.web.ask import Ask
from serving.review.work.hints import hint_for

HERE = Path(__file__).resolve().parent
STYLES = HERE / "static"
# What stands in the menu, by the right it needs.
MENU = (
    ("/supervise", "nav.supervise", May.SUPERVISE),
    ("/list", "nav.list", May.WORK_CASES),
    ("/tasks", "nav.tasks", May.WORK_CASES),
    ("/overrides", "nav.overrides", May.WORK_CASES),
    ("/corrections", "nav.corrections", May.WORK_CASES),
    ("/model", "nav.model", May.READ_FIGURES),
    ("/accounts", "nav.accounts", May.MANAGE_ACCOUNTS),
    ("/log", "nav.log", May.READ_LOG),
)


def page(ask: Ask, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page as an answer."""
    account = ask.signed_in.account if ask.signed_in else None
    # Who must still choose a password is shown nothing that would only lead back to it.
    open_to = ask.viewer if account is not None and not account.must_change else None
    html = (
        _environment()
        .get_template(template)
        .render(
            t=ask.words,
            language=ask.words.language,
            other_language="en" if ask.words.language == "zh" else "zh",
            account=account,
            menu=[(path, key) for path, key, right in MENU if open_to and open_to.may(right)],
            path=ask.request.url.path,
            here=_here(ask),
            token=ask.token,
            shown_again=ask.again,
            style=f"/static/{style_name()}",
            practising=ask.practising,
            hint=_hint(ask),
            any_simulated=lambda: any_simulated(ask),
            **values,
        )
    )
    return HTMLResponse(html, status)


def any_simulated(ask: Ask) -> bool:
    """Whether a list in the reader's regions is simulated: pages of many lists then say so."""
    here = within(ask.viewer, May.READ_CASES, ListItem.region_code)
    made = VisitList.id == ListItem.list_pk
    return ask.session.scalar(select(exists().where(VisitList.simulated, made, here))) or False


def problem_page(ask: Ask, key: str, status: int) -> HTMLResponse:
    """A page that says what did not work."""
    return page(ask, "problem.html.jinja", status=status, problem=key)


@lru_cache(maxsize=1)
def style() -> bytes:
    """The one style sheet: every file of the folder, the common one first."""
    files = sorted(STYLES.glob("*.css"), key=lambda file: (file.name != "base.css", file.name))
    return b"".join(file.read_bytes() for file in files)


@lru_cache(maxsize=1)
def style_name() -> str:
    """The style sheet's name with a mark of its content, so that browsers may keep it for ever."""
    return f"review.{hashlib.sha256(style()).hexdigest()[:12]}.css"


def _hint(ask: Ask) -> str:
    """What somebody who is new is told on the list."""
    new = ask.request.url.path == "/list" and ask.signed_in is not None and not ask.practising
    return hint_for(ask.session, ask.viewer) if new else ""


def _here(ask: Ask) -> str:
    """Where the reader comes back to after changing the language: a form's answer has no address of its own."""
    url = ask.request.url
    return f"{url.path}?{url.query}" if url.query and ask.request.method == "GET" else url.path


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
