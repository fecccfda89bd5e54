"""The small pages around the scored region: asking for a key, saying that nothing is scored yet, listing the API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from serving.service.guard import LOGIN

_HERE = Path(__file__).resolve().parent
_STYLE = _HERE.parent / "page" / "page.css"


def key_page(*, refused: bool) -> str:
    """The page that asks for a key; ``refused`` says that the last one opened nothing."""
    return _render("key.html.jinja", refused=refused, action=LOGIN)


def nothing_page() -> str:
    """The page while there is no scored region to show."""
    return _render("nothing.html.jinja")


def docs_page(document: Mapping[str, Any]) -> str:
    """The API in brief, with an example of each request."""
    return _render("docs.html.jinja", document=document)


def _render(name: str, **values: object) -> str:
    return _environment().get_template(name).render(**values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals["style"] = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704 - our own style sheet
    return environment
