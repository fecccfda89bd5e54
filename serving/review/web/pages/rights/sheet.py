"""The sheet a family is given: what is held, why somebody comes, what the score is, and what may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby

from starlette.responses import Response

from features.definition import Definition
from features.definition.structure import CHILDREN, DEFINITION_VERSION, REFUSED_ON
from serving.review.settings import settings
from serving.review.store.lists import ListItem, Stratum
from serving.review.web.ask import Ask
from serving.review.web.pages.rights.said import source_said, value_said
from serving.review.web.pages.rows import row_of
from serving.review.web.render import page
from serving.review.words import Words
from serving.review.work.after_visits import after_visits
from serving.review.work.correctable import HeldFact, HeldFacts
from serving.review.work.my_list import find_item, hides_band, rated_by
from serving.review.work.sheet import FamilySheet, family_sheet


@dataclass(frozen=True, slots=True)
class SheetPart:
    """What is held of the household or a child: by day and source, and what is not known."""

    name: str
    groups: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    unknown: tuple[str, ...]


def show(ask: Ask) -> Response:
    """The sheet in the language asked for, whatever the reader's own is; in large type if asked for."""
    chosen = ask.query("lang")
    if chosen in ("zh", "en"):
        ask = replace(ask, words=Words("zh" if chosen == "zh" else "en"))
    item = find_item(ask.session, ask.viewer, int(ask.request.path_params["item"]), "sheet", ask.now)
    rated = rated_by(ask.session, ask.viewer, [item.id])
    if hides_band(item, rated):
        return page(ask, "sheet_wait.html.jinja", item=item, simulated=item.visit_list.simulated)
    today = settings().day_of(ask.now)
    told = family_sheet(ask.session, ask.desk, ask.viewer, item, ask.now)
    return page(
        ask,
        "sheet.html.jinja",
        item=item,
        row=row_of(item, rated, ask.words, today, after=after_visits(ask.session, ask.viewer, [item])[item.id]),
        told=told,
        called=partial(_called, told=told, words=ask.words),
        parts=_parts(ask, told),
        why=_why(item, told),
        by_score=_by_score(item, told),
        today=today,
        large=bool(ask.query("large")),
        lang=ask.words.language,
        simulated=item.visit_list.simulated,
    )


def _parts(ask: Ask, told: FamilySheet) -> list[SheetPart]:
    if told.held is None or told.definition is None:
        return []
    return [_part(ask, held, told.definition, told) for held in told.held if held.facts]


def _part(ask: Ask, held: HeldFacts, definition: Definition, told: FamilySheet) -> SheetPart:
    facts = [one for one in held.facts if _told(one, held)]
    known = sorted((one for one in facts if one.value is not None), key=lambda one: (one.since, one.source))
    groups = tuple(
        (ask.words.day(since), source_said(source, ask.words), _pairs(list(some), definition, ask.words))
        for (since, source), some in groupby(known, key=lambda one: (one.since, one.source))
    )
    unknown = tuple(one.column.label.text(ask.words.language) for one in facts if one.value is None)
    name = (
        _called(held.subject.number, told, ask.words)
        if held.subject.table.name == CHILDREN
        else ask.words("held.household")
    )
    return SheetPart(name, groups, unknown)


def _called(child_id: str, told: FamilySheet, words: Words) -> str:
    """A child as its family knows it: by name, else by the day of birth, else by its number."""
    if name := told.persons.children.get(child_id):
        return name
    born = None if told.definition is None else told.definition.cohort.get("birth_column")
    own = next((one for one in told.held or () if one.subject.number == child_id), None)
    fact = own.fact(born) if own is not None and born else None
    if fact is not None and isinstance(fact.value, date):
        return words("sheet.born", day=words.day(fact.value))
    return words("household.child", number=child_id)


def _told(fact: HeldFact, held: HeldFacts) -> bool:
    """All but numbers of records: they say nothing of the family. An empty day of refusal is none."""
    column, table = fact.column, held.subject.table
    if column.name in table.key or column.references is not None or column.name == DEFINITION_VERSION:
        return False
    return column.type != "string" and not (column.name == REFUSED_ON and fact.value is None)


def _pairs(facts: Sequence[HeldFact], definition: Definition, words: Words) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.column.label.text(words.language), value_said(one.column, one.value, definition, words)) for one in facts
    )


def _why(item: ListItem, told: FamilySheet) -> str:
    """The word for why somebody comes."""
    if item.is_duty:
        return "sheet.why_duty"
    by_people = {Stratum.RANDOM: "sheet.why_random", Stratum.BY_HAND: "sheet.why_by_hand"}
    if item.stratum in by_people:
        return by_people[item.stratum]
    return "sheet.why_score" if _by_score(item, told) else "sheet.why_order"


def _by_score(item: ListItem, told: FamilySheet) -> bool:
    """Whether the score gave the place: of a refused child nothing of it may be said."""
    return not item.is_duty and item.band is not None and item.driver_child_id not in told.refused
