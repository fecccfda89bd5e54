"""What a family is told: everything held of it, whom to ask, and whether the model is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Definition, Label
from features.definition.structure import DOMAIN, FINDINGS, MET, OPENS, SEVERITY, STATUS, VISITED_ON, VISITS
from features.record.rows import Row
from features.settings_file import read_settings
from serving.review.access.viewer import Viewer
from serving.review.cases.persons import Persons, persons_of
from serving.review.cases.records import Records, records
from serving.review.desk import Desk
from serving.review.settings import settings
from serving.review.store.lists import ListItem
from serving.review.work.correctable import HeldFacts, held_facts
from serving.review.work.refusals import refused_since
from serving.review.work.rights_settings import rights_settings


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a family may ask: an office in both languages, and its telephone."""

    zh: str
    en: str
    phone: str

    @property
    def office(self) -> Label:
        """The office's name."""
        return Label(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class _Contacts:
    contacts: dict[str, Contact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """A need that a visit recorded and that is not settled."""

    domain: Label
    severity: Label
    since: date


@dataclass(frozen=True, slots=True)
class FamilySheet:
    """What a sheet tells. ``held`` is None where the facts are not at hand."""

    definition: Definition | None
    held: Sequence[HeldFacts] | None
    persons: Persons
    visits: int
    last_visit: date | None
    needs: Sequence[OpenNeed]
    refused: Mapping[str, date]
    contact: Contact | None


def family_sheet(session: Session, desk: Desk, viewer: Viewer, item: ListItem, now: datetime) -> FamilySheet:
    """Everything a family's sheet tells. Whoever calls notes the access."""
    household, region = item.household_id, item.region_code
    persons = persons_of(session, desk, viewer, [household]).get(household, Persons())
    contact = contact_of(desk.folders.home, region)
    found = records(session, desk, viewer, household, region, settings().day_of(now))
    if found is None:
        return FamilySheet(None, None, persons, 0, None, (), {}, contact)
    met = [row[VISITED_ON] for row in found.events.get(VISITS, ()) if row.get(MET)]
    return FamilySheet(
        definition=found.definition,
        held=held_facts(found, household, region),
        persons=persons,
        visits=len(met),
        last_visit=max(met, default=None),
        needs=_open_needs(found),
        refused=refused_since(session, viewer, found, household),
        contact=contact,
    )


def contact_of(home: Path | None, region_code: str) -> Contact | None:
    """Whom a family may ask: the contact of the smallest region around it that has one; None where nobody is named."""
    if home is None:
        return None
    path = home / rights_settings().sheet.contacts_file
    try:
        contacts = _contacts(path, path.stat().st_mtime_ns).contacts
    except (OSError, UserError):
        return None
    fitting = [region for region in contacts if region_code.startswith(region)]
    return contacts[max(fitting, key=len)] if fitting else None


@lru_cache(maxsize=4)
def _contacts(path: Path, changed: int) -> _Contacts:  # noqa: ARG001 - it tells of a new file
    return read_settings(path, TypeAdapter(_Contacts))


def _open_needs(found: Records) -> list[OpenNeed]:
    open_status = found.definition.roles.get("open_status", ())
    rows: list[Row] = [row for row in found.events.get(FINDINGS, ()) if row.get(STATUS) in open_status]
    return [
        OpenNeed(found.definition.domains[row[DOMAIN]], found.definition.severities[row[SEVERITY]], row[OPENS])
        for row in sorted(rows, key=lambda row: (-row[SEVERITY], row[OPENS]))
    ]
