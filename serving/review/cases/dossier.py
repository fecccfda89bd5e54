"""Everything a page tells of a household: its children, what is open, what is lacking, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from features.definition import Language
from features.definition.structure import HOUSEHOLD, HOUSEHOLDS
from features.record.rows import history, known
from serving.review.access.viewer import May, Viewer, within
from serving.review.cases.children import ChildTold, Facts, Telling
from serving.review.cases.layout import layout_of
from serving.review.cases.members import on_file
from serving.review.cases.persons import Persons, persons_of
from serving.review.cases.records import Records, records
from serving.review.cases.scored import scored
from serving.review.cases.timeline import Event, OpenFinding, open_findings, timeline
from serving.review.desk import Desk
from serving.review.settings import settings
from serving.review.store.lists import ListItem
from serving.review.words import Words
from serving.review.work.refusals import refused_since


@dataclass(frozen=True, slots=True)
class Dossier:
    """A household as its page tells of it.

    ``gone`` are children whose files are not in use any more, with the reason; ``newest`` is the last day the ledger
    heard anything of the county, ``scored_on`` the day the scores speak for, None without scores.
    """

    children: tuple[ChildTold, ...]
    gone: tuple[tuple[str, str], ...]
    home: tuple[Facts, ...]
    home_not_known: tuple[str, ...]
    open_findings: tuple[OpenFinding, ...]
    timeline: tuple[Event, ...]
    newest: date | None
    scored_on: date | None

    def child(self, child_id: str | None) -> ChildTold | None:
        """One of the children by its number."""
        return next((child for child in self.children if child.child_id == child_id), None)

    @property
    def lacking(self) -> bool:
        """Whether any child is entitled to support it has not got."""
        return any(child.lacking for child in self.children)


def dossier(  # noqa: PLR0917 - as the pages of every area call it
    session: Session,
    desk: Desk,
    viewer: Viewer,
    household_id: str,
    region_code: str,
    language: Language,
    now: datetime,
) -> Dossier | None:
    """Tell of a household as known today; None where its facts are not at hand or not the viewer's to see.

    Whoever calls notes the access, and hides each child's ``case`` from who is to rate first.
    """
    today = settings().day_of(now)
    facts = records(session, desk, viewer, household_id, region_code, today)
    if facts is None:
        return None
    persons = persons_of(session, desk, viewer, [household_id]).get(household_id, Persons())
    scores = scored(desk, household_id, region_code, facts.definition)
    cases = {} if scores is None else scores.cases
    layout = layout_of(desk.folders.definition or facts.definition.name)
    refused = refused_since(session, viewer, facts, household_id)
    telling = Telling(facts, layout, Words(language), persons.children, cases, refused)
    homes = _homes(facts, household_id)
    here = on_file(facts)
    return Dossier(
        children=tuple(telling.child(child) for child in here),
        gone=tuple((telling.called(one), telling.file_status(one)) for one in facts.children if one not in here),
        home=telling.facts(HOUSEHOLDS, homes),
        home_not_known=telling.not_known(HOUSEHOLDS, homes[-1]),
        open_findings=open_findings(telling),
        timeline=timeline(telling, _places(session, viewer, household_id)),
        newest=facts.newest,
        scored_on=None if scores is None else scores.as_of,
    )


def _homes(facts: Records, household_id: str) -> Sequence[dict[str, object]]:
    """Every state of the household in order."""
    states = history(known(facts.rows[HOUSEHOLDS], facts.as_of), HOUSEHOLD)
    return [dict(row) for row in states[household_id]]


def _places(session: Session, viewer: Viewer, household_id: str) -> Sequence[ListItem]:
    """Where the household stood on lists."""
    mine = within(viewer, May.READ_CASES, ListItem.region_code)
    return session.scalars(select(ListItem).where(ListItem.household_id == household_id, ListItem.listed, mine)).all()
