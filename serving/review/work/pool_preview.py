"""What another capacity would mean for a list: counts alone, from a draw that is not recorded and names nobody."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from features.cli.console import UserError
from models.policy.lists.draw import KIND
from models.policy.lists.period import Period
from serving.lists.run import ListRequest, make_lists
from serving.review.desk import Folders
from serving.review.exchange.terms import Terms
from serving.review.store.lists import VisitList


@dataclass(frozen=True, slots=True)
class Preview:
    """A list as it would be drawn with a capacity: its places, and the new needs its visits are expected to find.

    ``expected`` counts places without a duty that have a probability; None without machine learning.
    """

    visits: int
    duties: int
    certain: int
    random: int
    expected: float | None
    overloaded: bool

    @property
    def listed(self) -> int:
        """Households on the list."""
        return self.duties + self.certain + self.random


class NoPreviewError(Exception):
    """No preview can be made here. ``code`` is its word in ``words/``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def preview(folders: Folders, made: VisitList, visits: int) -> Preview:
    """Draw a list anew with another capacity, from what it was made of, and count.

    Raises:
        NoPreviewError: ledger or scores of the list are not at hand, or the rules are no longer those it was made by.
    """
    if folders.ledger is None or folders.home is None or (made.model_id is not None and folders.scores is None):
        raise NoPreviewError("capacity.preview_no_ledger")
    request = ListRequest(
        folders.ledger,
        made.region_code,
        Period(made.period_from, made.period_to),
        folders.home,
        None if made.model_id is None else folders.scores,
        as_of=made.as_of,
        visits=visits,
        preview=True,
    )
    try:
        drawn = make_lists(request)[0]
    except UserError as error:
        raise NoPreviewError("capacity.preview_no_ledger") from error
    terms = Terms.read(made.terms)
    if (drawn.pool.model_id, drawn.policy.id) != (made.model_id, terms.policy):
        raise NoPreviewError("capacity.preview_other_rules")
    capacity = drawn.pool.capacity
    others = drawn.pool.listed.filter(pl.col(KIND) != "duty")["probability"].drop_nulls()
    return Preview(
        visits=capacity.visits,
        duties=capacity.duties,
        certain=capacity.certain,
        random=capacity.random,
        expected=float(others.sum()) if others.len() else None,
        overloaded=capacity.overloaded,
    )
