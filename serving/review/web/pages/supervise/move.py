"""Putting one household on the month's list or taking it off, with a reason; what a place by lot is worth is said."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.access.viewer import NotFoundError
from serving.review.exchange.terms import Terms
from serving.review.supervise import supervise_settings
from serving.review.web.ask import Ask, see
from serving.review.web.pages.item import changed_words
from serving.review.web.pages.supervise.pool import rows_of
from serving.review.web.render import page
from serving.review.work.pool import by_lot, pool_of
from serving.review.work.pool_moves import MoveFaultError, Moving, move_place, pool_place


def show(ask: Ask) -> Response:
    """The household, why it is where it is, and the form."""
    return _page(ask, "")


def save(ask: Ask) -> Response:
    """Move it, or say why not."""
    version, wanted = ask.form.get("version", ""), ask.form.get("do", "")
    if not version.isdecimal() or wanted not in ("add", "remove"):
        raise NotFoundError
    moving = Moving(_number(ask), int(version[:9]), wanted == "add", ask.form.get("reason", ""))
    try:
        item = move_place(ask.session, ask.viewer, moving, ask.now)
    except MoveFaultError as error:
        return _page(ask, error.code)
    return see(f"/supervise/pool?list={item.list_pk}&moved={item.id}&show={'by_hand' if item.listed else 'taken'}")


def _number(ask: Ask) -> int:
    return int(ask.request.path_params["item"])


def _page(ask: Ask, fault: str) -> Response:
    item = pool_place(ask.session, ask.viewer, _number(ask), ask.now)
    terms = Terms.read(item.visit_list.terms)
    pool = pool_of(ask.session, ask.viewer, item.list_pk, supervise_settings().pool.step)
    return page(
        ask,
        "supervise/move.html.jinja",
        status=409 if fault == "changed_first" else 400 if fault else 200,
        one=rows_of(ask, [item])[0],
        item=item,
        reasons=terms.remove_reasons if item.listed else terms.add_reasons,
        fault=fault,
        by_lot=by_lot(item),
        pool=pool,
        changed=changed_words(ask, item),
        chosen=ask.form.get("reason", ""),
        simulated=item.visit_list.simulated,
    )
