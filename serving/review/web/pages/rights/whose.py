"""Whose facts a page speaks of: the household, or a child by its name or number."""

from __future__ import annotations

from serving.review.cases.persons import Persons
from serving.review.words import Words


def child_said(child_id: str, persons: Persons, words: Words) -> str:
    """A child as a page names it."""
    return persons.children.get(child_id) or words("household.child", number=child_id)


def whose(child_id: str, persons: Persons, words: Words) -> str:
    """The household, or one of its children."""
    return child_said(child_id, persons, words) if child_id else words("held.household")
