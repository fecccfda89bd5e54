"""What the model says of a family with a corrected fact: its old and its new place. No list changes by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Language
from features.definition.structure import COUNTY_DIGITS, HOUSEHOLD, REGION
from models.policy.ordering import DRIVER
from serving.batch.folder import ScoreFolder
from serving.review.access.viewer import May, Viewer, within
from serving.review.cases.records import records
from serving.review.desk import Desk
from serving.review.settings import settings
from serving.review.store.decisions import Correction
from serving.review.store.lists import ListItem
from serving.review.work.ask_scoring import Corrected, ScoringError, ask_scoring, request_of
from serving.review.work.corrections import hypothetical

NO_FACTS, LATER = "no_facts", "later"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a household stands: a duty in words, or a band; its places, None where they cannot be counted.

    ``why`` says in words why there is neither.
    """

    duty: str
    band: str | None
    why: str
    village: int | None = None
    county: int | None = None
    on_list: int | None = None


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A household's place in the scores and with the corrected fact. ``missing``: the word for what cannot be said."""

    was: Standing | None
    now: Standing | None
    missing: str = ""
    as_of: date | None = None

    @property
    def moved(self) -> bool:
        """Whether the correction changes anything of the place."""
        return self.was is None or self.now is None or _what(self.was) != _what(self.now)


@dataclass(frozen=True, slots=True)
class _Urgency:
    """What a household is ordered by: a duty by its day, else the score; None where the model gives none."""

    duty_on: date | None
    score: float | None

    def before(self) -> pl.Expr:
        """Which other households come first."""
        duty = pl.col("duty")
        if self.duty_on is not None:
            return duty & (pl.col("duty_due_on") < self.duty_on)
        if self.score is None:
            return duty | pl.col("score").is_not_null()
        return duty | (pl.col("score") > self.score)


def new_place(
    session: Session, desk: Desk, viewer: Viewer, item: ListItem, kept: Correction, *, language: Language, now: datetime
) -> NewPlace:
    """The place a household had in the county's scores, and the one it has with a correction.

    Both are of the day of the scores, so that all households are compared by what was known then; the correction
    counts as if it had been known. The caller noted the access.
    """
    found = records(session, desk, viewer, item.household_id, item.region_code, settings().day_of(now))
    if found is None:
        return NewPlace(None, None, NO_FACTS)
    scores = _scores(desk, item.region_code)
    as_of = settings().day_of(now) if scores is None else scores.as_of
    was = None if scores is None else scores.standing(session, viewer, item, language)
    if kept.valid_from > as_of:
        return NewPlace(was, None, LATER, as_of)
    subject, states = hypothetical(kept, found)
    body = request_of(found, item.region_code, as_of, Corrected(subject, states), language)
    try:
        answer = ask_scoring(desk, body)
    except ScoringError as error:
        return NewPlace(was, None, error.code, as_of)
    home = [record for record in answer if record[HOUSEHOLD] == item.household_id]
    first = next((record for record in home if record[DRIVER]), home[0] if home else None)
    if first is None:
        return NewPlace(was, None, NO_FACTS, as_of)
    stands = _standing(session, viewer, item, first, scores)
    return NewPlace(was, stands, "", as_of)


@dataclass(frozen=True, slots=True)
class _Scores:
    """The scores of a county: a row for the child that gives each household its place."""

    folder: ScoreFolder
    county: str
    drivers: pl.DataFrame

    @property
    def as_of(self) -> date:
        """The day the scores speak for."""
        return self.folder.manifest.as_of

    def rule(self, code: str, language: Language) -> str:
        """The words of a rule that demands a visit."""
        return self.folder.manifest.policy_of(self.county).rules[code].text(language)

    def standing(self, session: Session, viewer: Viewer, item: ListItem, language: Language) -> Standing | None:
        """Where the scores put a household; None when they do not know it."""
        own = self.drivers.filter(pl.col(HOUSEHOLD) == item.household_id).to_dicts()
        if not own:
            return None
        row = own[0]
        urgency = _Urgency(row["duty_due_on"] if row["duty"] else None, row["score"])
        said = Standing(
            self.rule(row["duty_rule"], language) if row["duty"] else "", None if row["duty"] else row["band"], ""
        )
        return self.placed(session, viewer, item, said, urgency)

    def placed(self, session: Session, viewer: Viewer, item: ListItem, said: Standing, urgency: _Urgency) -> Standing:
        """A standing with the places that go with it; of equals nobody comes before another."""
        return Standing(
            said.duty,
            said.band,
            said.why,
            self.place(item, urgency, item.region_code),
            self.place(item, urgency, ""),
            self.place_on_list(session, viewer, item, urgency),
        )

    def place(self, item: ListItem, urgency: _Urgency, region: str) -> int:
        """The place among the other households of a region."""
        others = self.drivers.filter(pl.col(HOUSEHOLD) != item.household_id, pl.col(REGION).str.starts_with(region))
        return 1 + others.filter(urgency.before()).height

    def place_on_list(self, session: Session, viewer: Viewer, item: ListItem, urgency: _Urgency) -> int:
        """The place among the households of the same list that the viewer may see, ordered by the scores alone."""
        mine = within(viewer, May.READ_CASES, ListItem.region_code)
        listed = session.scalars(
            select(ListItem.household_id).where(
                ListItem.list_pk == item.list_pk, ListItem.id != item.id, ListItem.listed, mine
            )
        ).all()
        return 1 + self.drivers.filter(pl.col(HOUSEHOLD).is_in(list(listed)), urgency.before()).height


def _scores(desk: Desk, region_code: str) -> _Scores | None:
    if desk.folders.scores is None:
        return None
    try:
        folder = ScoreFolder.open(desk.folders.scores)
        county = region_code[:COUNTY_DIGITS]
        if county not in folder.counties():
            return None
        columns = [HOUSEHOLD, REGION, "duty", "duty_rule", "duty_due_on", "score", "band"]
        return _Scores(folder, county, folder.read(county).filter(pl.col(DRIVER)).select(columns))
    except (UserError, pl.exceptions.PolarsError):
        return None


def _standing(
    session: Session, viewer: Viewer, item: ListItem, record: Mapping[str, Any], scores: _Scores | None
) -> Standing:
    duty, band = record["duty"], record["band"]
    said = Standing(duty["text"] if duty else "", None if duty or not band else band["code"], record["reason"] or "")
    if scores is None:
        return said
    urgency = _Urgency(date.fromisoformat(duty["due_on"]) if duty else None, record["score"])
    return scores.placed(session, viewer, item, said, urgency)


def _what(standing: Standing) -> tuple[object, ...]:
    return (bool(standing.duty), standing.band, standing.village, standing.county, standing.on_list)
