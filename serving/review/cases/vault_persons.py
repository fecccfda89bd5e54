"""From the encrypted table of identities: who lives in the households of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition.structure import CHILD, CHILDREN, COUNTY_DIGITS, HOUSEHOLD
from features.identity.definition import IdentityDefinition, load_identity
from features.identity.vault import Vault
from features.record.rows import history, known
from serving.review.cases.about import About
from serving.review.cases.files import eldest_first, in_use
from serving.review.cases.ledger_source import LedgerSource, county_of
from serving.review.cases.persons import Persons, keep_persons, persons_key
from serving.review.desk import Folders
from serving.review.exchange.load import Place
from serving.review.settings import settings


def store_persons(session: Session, folders: Folders, places: Sequence[Place], now: datetime) -> int:
    """Keep, sealed, who lives in the households of a list; returns of how many something is known.

    Nothing is kept, and what was kept stays, where this machine has no ledger or no key of identities.

    Raises:
        UserError: the table of identities is damaged or of another key.
    """
    key, home, ledger = persons_key(folders), folders.home, folders.ledger
    if key is None or home is None or ledger is None:
        return 0
    kept = 0
    for county in sorted({place.region_code[:COUNTY_DIGITS] for place in places}):
        source = county_of(ledger, county, folders.definition)
        identity = None if source is None else _identity(folders.definition or source.definition.name)
        if source is None or identity is None:
            continue
        here = [place for place in places if place.region_code.startswith(county)]
        living = {place.household_id: _living(source, place.household_id, settings().day_of(now)) for place in here}
        found = _from_vault(Vault.open(home, identity), identity, living)
        kept += keep_persons(session, key, here, found, now)
    return kept


def _identity(named: str) -> IdentityDefinition | None:
    try:
        return load_identity(named)
    except UserError:  # a definition that knows no persons
        return None


def _living(source: LedgerSource, household_id: str, today: date) -> list[str]:
    """The children of a household now: those on file before the others, the eldest first."""
    states = history(known(source.rows(About(household_id), [CHILDREN])[CHILDREN], today), CHILD)
    here = [rows[-1] for rows in states.values() if rows[-1][HOUSEHOLD] == household_id]
    both = (in_use(here, source.definition), here)
    return list(dict.fromkeys(child for rows in both for child in eldest_first(rows, source.definition)))


def _from_vault(vault: Vault, identity: IdentityDefinition, living: Mapping[str, Sequence[str]]) -> dict[str, Persons]:
    rows = vault.persons(child for children in living.values() for child in children).to_dicts()
    by_child = {row[CHILD]: row for row in rows}
    found = {}
    for household, children in living.items():
        held = {child: by_child[child] for child in children if child in by_child}
        if held:
            found[household] = _persons(held, identity.roles)
    return found


def _persons(held: Mapping[str, Mapping[str, Any]], roles: Mapping[str, str]) -> Persons:
    def first(role: str) -> str:
        """What the eldest child's form says that says anything."""
        return next((text for row in held.values() if (text := row.get(roles.get(role, "")))), "")

    return Persons(
        children={child: row.get(roles["child_name"]) or "" for child, row in held.items()},
        guardian=first("guardian_name"),
        phone=first("guardian_phone"),
        address=first("home_address"),
    )
