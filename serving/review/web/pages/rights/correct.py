"""Correcting a fact: choose it, say what is right and since when, and see the new place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from features.definition import Definition, Label
from features.definition.structure import CHILDREN
from serving.review.access.viewer import May, NotFoundError
from serving.review.cases.persons import Persons, called, persons_of
from serving.review.cases.records import Records, records
from serving.review.settings import settings
from serving.review.store.decisions import CorrectionState
from serving.review.store.lists import ListItem
from serving.review.web.ask import Ask, see
from serving.review.web.pages.rights.field import Field, field_of, sent_value
from serving.review.web.pages.rights.said import source_said, stored_said, value_said
from serving.review.web.pages.rights.whose import whose
from serving.review.web.render import page
from serving.review.work.correctable import HeldFact, HeldFacts, correctable, held_facts
from serving.review.work.corrections import (
    Asked,
    CorrectionFaultError,
    as_text,
    correct,
    find_correction,
    find_fact,
    subject_of,
    waiting_facts,
)
from serving.review.work.my_list import find_item, hides_band, rated_by
from serving.review.work.new_place import Standing, new_place
from serving.review.work.rights_settings import rights_settings


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact of the list to choose from, in words."""

    column: str
    label: str
    value: str
    since: str
    source: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of the household or of one child."""

    name: str
    child_id: str
    rows: tuple[FactRow, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A household on a list: who lives there, and what is known of it; None where that is not at hand."""

    item: ListItem
    persons: Persons
    found: Records | None


def show(ask: Ask) -> Response:
    """The facts to choose from; the form of one; or what a saved correction led to."""
    family = _family(ask)
    item, found = family.item, family.found
    if found is None:
        return _page(ask, family, "correct_none.html.jinja")
    if made := ask.number("made"):
        return _made(ask, family, found, made)
    if column := ask.query("column"):
        return _form(ask, family, (ask.query("child"), column), {}, {})
    waiting = waiting_facts(ask.session, ask.viewer, item.household_id)
    groups = [
        _group(ask, correctable(held), found.definition, family.persons, waiting)
        for held in held_facts(found, item.household_id, item.region_code)
    ]
    return _page(ask, family, "correct.html.jinja", groups=groups)


def again(ask: Ask) -> Response:
    """The form of a fact as it was typed; nothing is saved."""
    family = _family(ask)
    if family.found is None:
        return _page(ask, family, "correct_none.html.jinja")
    return _form(ask, family, (ask.form.get("child", ""), ask.form.get("column", "")), ask.form, {})


def save(ask: Ask) -> Response:
    """Keep the correction and show the new place, or say what is wrong beside the field."""
    family = _family(ask)
    item, found = family.item, family.found
    child, column = ask.form.get("child", ""), ask.form.get("column", "")
    if found is None:
        return _page(ask, family, "correct_none.html.jinja")
    _, fact = find_fact(found, item, child, column)
    asked = Asked(
        item.id, child, column, ask.form.get("seen", ""), sent_value(fact.column, found.definition, ask.form),
        ask.form.get("since", ""),
    )  # fmt: skip
    try:
        kept = correct(ask.session, ask.desk, ask.viewer, asked, ask.now)
    except CorrectionFaultError as error:
        return _form(ask, family, (child, column), ask.form, error.faults)
    return see(f"/list/{item.id}/correct?made={kept.id}")


def _family(ask: Ask) -> Family:
    number = int(ask.request.path_params["item"])
    item = find_item(ask.session, ask.viewer, number, "correction", ask.now)
    persons = persons_of(ask.session, ask.desk, ask.viewer, [item.household_id]).get(item.household_id, Persons())
    today = settings().day_of(ask.now)
    found = records(ask.session, ask.desk, ask.viewer, item.household_id, item.region_code, today)
    return Family(item, persons, found)


def _group(
    ask: Ask, held: HeldFacts, definition: Definition, persons: Persons, waiting: frozenset[tuple[str, str]]
) -> Group:
    child = held.subject.number if held.subject.table.name == CHILDREN else ""
    rows = tuple(_row(ask, fact, definition, waits=(child, fact.column.name) in waiting) for fact in held.facts)
    return Group(whose(child, persons, ask.words), child, rows)


def _row(ask: Ask, fact: HeldFact, definition: Definition, *, waits: bool) -> FactRow:
    return FactRow(
        column=fact.column.name,
        label=fact.column.label.text(ask.words.language),
        value=value_said(fact.column, fact.value, definition, ask.words),
        since=ask.words.day(fact.since),
        source=source_said(fact.source, ask.words),
        waits=waits,
    )


def _form(
    ask: Ask, family: Family, of: tuple[str, str], form: Mapping[str, str], faults: Mapping[str, Label]
) -> Response:
    """The form of one fact: ``of`` a child (or "" for the household) and a column."""
    (child, column), item, found = of, family.item, family.found
    if found is None:
        raise NotFoundError
    held, fact = find_fact(found, item, child, column)
    field: Field = field_of(fact.column, found.definition, ask.words, form)
    rules = rights_settings().corrections
    return _page(
        ask,
        family,
        "correct_form.html.jinja",
        status=400 if faults else 200,
        who=whose(child, family.persons, ask.words),
        child=child,
        fact=_row(ask, fact, found.definition, waits=rules.must_wait(held.subject.table.name, column)),
        seen=as_text(fact.value) or "",
        field=field,
        since=form.get("since", ""),
        supervises=ask.viewer.may(May.SUPERVISE),
        first_day=found.definition.dates_from,
        today=found.as_of,
        faults={name: label.text(ask.words.language) for name, label in faults.items()},
    )


def _made(ask: Ask, family: Family, found: Records, number: int) -> Response:
    item = family.item
    kept = find_correction(ask.session, ask.viewer, item, number)
    if kept is None:
        raise NotFoundError
    _, column = subject_of(kept, found)
    hidden = hides_band(item, rated_by(ask.session, ask.viewer, [item.id]))
    place = None
    if not hidden and kept.state is not CorrectionState.DECLINED:
        place = new_place(ask.session, ask.desk, ask.viewer, item, kept, language=ask.words.language, now=ask.now)
    return _page(
        ask,
        family,
        "correct_made.html.jinja",
        who=whose(kept.child_id or "", family.persons, ask.words),
        label=column.label.text(ask.words.language),
        was=stored_said(column, kept.value_was, found.definition, ask.words),
        now=stored_said(column, kept.value_is, found.definition, ask.words),
        kept=kept,
        hidden=hidden,
        place=place,
        moved=place is not None and place.moved,
        was_says=_says(ask, place.was if place else None),
        now_says=_says(ask, place.now if place else None),
    )


def _says(ask: Ask, standing: Standing | None) -> str:
    """A duty by its rule, a band, or why there is neither."""
    if standing is None:
        return ""
    if standing.duty:
        return f"{ask.words('list.duty')}: {standing.duty}"
    return ask.words(f"band.{standing.band}") if standing.band else standing.why or ask.words("held.unknown")


def _page(ask: Ask, family: Family, template: str, *, status: int = 200, **values: object) -> Response:
    item = family.item
    return page(
        ask,
        template,
        status=status,
        item=item,
        family=called(family.persons, item.household_id, ask.words.language),
        simulated=item.visit_list.simulated,
        **values,
    )
