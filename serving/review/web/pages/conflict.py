"""Two people changed the same household: both versions are shown, and one is chosen."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.web.ask import Ask
from serving.review.web.render import page
from serving.review.work.changes import Change, onto
from serving.review.work.my_list import find_item


def conflict_page(ask: Ask, change: Change) -> Response:
    """What is saved now and what was asked for, with a form that saves the latter after all."""
    from serving.review.web.pages.item import changed_words

    item = find_item(ask.session, ask.viewer, change.item_id, "household", ask.now)
    return page(
        ask, "conflict.html.jinja", status=409, item=item, change=onto(change, item), changed=changed_words(ask, item)
    )
