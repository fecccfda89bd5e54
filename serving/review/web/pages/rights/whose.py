"""Whose facts a page speaks of: the household, or a child by its name or number."""

from __future__ import annotations

from serving.review.cases.persons import Persons
from serving.review.web.ask import Ask


def child_said(child_id: str, persons: Persons) -> str:
    """A child as a page names it."""
    return persons.children.get(child_id) or child_id


def whose(ask: Ask, child_id: str, persons: Persons) -> str:
    """The household, or one of its children."""
    return child_said(child_id, persons) if child_id else ask.words("held.household")
