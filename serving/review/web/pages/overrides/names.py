"""How the households of overrides are called."""

from __future__ import annotations

from collections.abc import Sequence

from serving.review.cases.persons import called, persons_of
from serving.review.web.ask import Ask
from serving.review.work.overrides import Thread


def names_of(ask: Ask, threads: Sequence[Thread]) -> dict[int, str]:
    """The name of the household of each override, its number where no name is held."""
    homes = [thread.override.household_id for thread in threads]
    held = persons_of(ask.session, ask.desk, ask.viewer, homes)
    language = ask.words.language
    return {
        thread.override.id: called(held.get(home), home, language) for thread, home in zip(threads, homes, strict=True)
    }
