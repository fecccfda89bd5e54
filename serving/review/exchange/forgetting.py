"""Taking what the model said of children off every list, once their guardian refuses it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.review.store.decisions import Refusal
from serving.review.store.lists import ListItem

# What a list keeps to say of a place whose child the model must not judge.
_KEPT_WORDS = ("duty",)


def forget_model(session: Session) -> None:
    """Take what the model said of refused children off every list. A place keeps its duty and its turn."""
    refused = select(Refusal.child_id).where(Refusal.withdrawn_on.is_(None))
    places = select(ListItem.id, ListItem.shown).where(ListItem.driver_child_id.in_(refused))
    for number, shown in session.execute(places).all():
        kept = {name: words for name, words in shown.items() if name in _KEPT_WORDS}
        # The version stays: nobody's open form is out of date by this.
        session.execute(
            update(ListItem)
            .where(ListItem.id == number)
            .values(band=None, rank=None, probability=None, rating_asked=False, shown=kept)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
