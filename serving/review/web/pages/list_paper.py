"""The whole list for paper: without names, unless somebody asks for them."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.web.ask import Ask
from serving.review.web.pages.my_list import names_of, shared
from serving.review.web.render import page
from serving.review.work.my_list import Order, Wanted, my_list

# More than any list holds: on paper there are no pages to turn.
WHOLE = 100_000


def show(ask: Ask) -> Response:
    """The list as it is printed; with names only on request, which the log of accesses tells apart."""
    names = bool(ask.query("names"))
    order: Order = "village" if ask.query("order") == "village" else ""
    wanted = Wanted(count=WHOLE, order=order)
    part = my_list(ask.session, ask.viewer, wanted, "print_names" if names else "print", ask.now)
    return page(ask, "paper.html.jinja", names=names, **shared(ask, part, names_of(ask, part.items) if names else {}))
