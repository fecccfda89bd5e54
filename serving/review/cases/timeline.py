"""What happened to a household, the newest first: visits, attempts, findings, levels, lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from features.definition.structure import (
    ASSESSMENTS,
    ASSIGNMENTS,
    CHILD,
    CLOSES,
    DOMAIN,
    DUE_ON,
    FINDING,
    FINDINGS,
    MET,
    OPENS,
    PURPOSE,
    SEEN,
    SEVERITY,
    STATUS,
    VALID_FROM,
    VISIT,
    VISITED_ON,
    VISITS,
)
from features.record.rows import Row
from serving.review.cases.children import Telling
from serving.review.store.lists import ListItem

Kind = Literal["visit", "attempt", "found", "settled", "level", "listed"]
_ACTION, _DRAWN, _LIST, _AS_OF = "action", "drawn", "list_id", "as_of"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day. ``kind`` names its word and its mark."""

    on: date
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A need that is not settled yet."""

    finding_id: str
    who: str
    domain: str
    severity: str
    opened_on: date
    due_on: date | None
    overdue_days: int
    action: str


def open_findings(telling: Telling) -> tuple[OpenFinding, ...]:
    """Needs not settled yet, those due first before the others."""
    open_codes = telling.known.definition.roles.get("open_status", ())
    rows = [row for row in telling.known.events.get(FINDINGS, ()) if row[STATUS] in open_codes]
    rows.sort(key=lambda row: (row.get(DUE_ON) or date.max, row[OPENS], row[FINDING]))
    return tuple(_open(telling, row) for row in rows)


def timeline(telling: Telling, places: Sequence[ListItem]) -> tuple[Event, ...]:
    """Everything that happened, the newest first. ``places``: where the household stood on the lists held here."""
    held = {place.visit_list.list_id for place in places}
    events = [
        *_visits(telling),
        *_findings(telling),
        *_levels(telling),
        *(_place(telling, place) for place in places),
        *_older_lists(telling, held),
    ]
    return tuple(sorted(events, key=lambda event: event.on, reverse=True))


def _open(telling: Telling, row: Row) -> OpenFinding:
    due = row.get(DUE_ON)
    return OpenFinding(
        finding_id=row[FINDING],
        who=telling.called(row.get(CHILD)),
        domain=telling.value(FINDINGS, DOMAIN, row),
        severity=_severity(telling, row),
        opened_on=row[OPENS],
        due_on=due,
        overdue_days=0 if due is None else max(0, (telling.known.as_of - due).days),
        action=row.get(_ACTION) or "",
    )


def _severity(telling: Telling, row: Row) -> str:
    label = telling.known.definition.severities.get(row[SEVERITY])
    return str(row[SEVERITY]) if label is None else label.text(telling.words.language)


def _visits(telling: Telling) -> Iterator[Event]:
    seen: dict[str, list[str]] = {}
    for row in telling.known.events.get(ASSESSMENTS, ()):
        if row[SEEN]:
            seen.setdefault(row[VISIT], []).append(telling.called(row[CHILD]))
    for row in telling.known.events.get(VISITS, ()):
        text = telling.value(VISITS, PURPOSE, row)
        if children := seen.get(row[VISIT]):
            text += telling.words("household.seen", children=telling.words("household.and").join(sorted(children)))
        yield Event(row[VISITED_ON], "visit" if row[MET] else "attempt", text)


def _findings(telling: Telling) -> Iterator[Event]:
    for row in telling.known.events.get(FINDINGS, ()):
        said = (telling.called(row.get(CHILD)), telling.value(FINDINGS, DOMAIN, row), _severity(telling, row))
        text = telling.words("household.need", who=said[0], domain=said[1], severity=said[2])
        yield Event(row[OPENS], "found", text)
        if row.get(CLOSES) is not None:
            yield Event(row[CLOSES], "settled", text)


def _levels(telling: Telling) -> Iterator[Event]:
    for child, states in telling.known.states.items():
        before = ""
        for row in states:
            level = telling.level(row)
            if level is not None and level.code != before:
                before = level.code
                text = telling.words("household.leveled", who=telling.called(child), level=level.text)
                yield Event(level.on or row[VALID_FROM], "level", text)


def _place(telling: Telling, place: ListItem) -> Event:
    words, of = telling.words, place.visit_list
    days = words("list.period", first=words.day(of.period_from), last=words.day(of.period_to))
    became = words(f"status.{place.status.value}")
    return Event(of.period_from, "listed", words("household.listed", period=days, status=became))


def _older_lists(telling: Telling, held: Iterable[str]) -> Iterator[Event]:
    """Lists of the ledger that are not held here any more, or never were."""
    for row in telling.known.events.get(ASSIGNMENTS, ()):
        if row.get(_DRAWN) and row[_LIST] not in held:
            yield Event(row[_AS_OF], "listed", telling.words("household.listed_once"))
