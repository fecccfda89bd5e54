"""Who lives in a household: sealed in the review database, opened only for those who visit it.

Each household is one block (AES-256-GCM) under a key derived from the home's key of identities, which is not in the
database; the block is bound to its household, so that rows cannot change places. Without the key, with another one, or
where a row was damaged, a household is called by its number.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Language
from features.identity.keys import KEY_FILE, derive, identities_folder, load_key
from serving.review.access.viewer import May, Viewer, within
from serving.review.desk import Desk, Folders
from serving.review.exchange.load import Place
from serving.review.store.persons import HouseholdPersons
from serving.review.words import Words

_PURPOSE = "persons of a household in the review application"
_NONCE = 12
# Households asked for at once: SQLite takes 32,766 values in one statement.
_AT_ONCE = 10_000
# Of a long number the end tells households of a village apart.
_LONGEST, _SHORT = 14, 7


@dataclass(frozen=True, slots=True)
class Persons:
    """Who lives in a household, as far as it is held: children by their number, the eldest first."""

    children: Mapping[str, str] = field(default_factory=dict)
    guardian: str = ""
    phone: str = ""
    address: str = ""


def persons_of(session: Session, desk: Desk, viewer: Viewer, households: Sequence[str]) -> Mapping[str, Persons]:
    """Who lives in some households of the viewer's regions; those nothing is held of are left out.

    Whoever calls notes the access.
    """
    key = persons_key(desk.folders)
    if key is None or not households:
        return {}
    found: dict[str, Persons] = {}
    for some in _parts(households):
        mine = within(viewer, May.READ_CASES, HouseholdPersons.region_code)
        rows = select(HouseholdPersons.household_id, HouseholdPersons.sealed).where(
            HouseholdPersons.household_id.in_(some), mine
        )
        opened = {household: unseal(key, household, block) for household, block in session.execute(rows)}
        found |= {household: persons for household, persons in opened.items() if persons is not None}
    return found


def called(persons: Persons | None, household_id: str, language: Language = "zh") -> str:
    """How a household is named where people read it: by its guardian, else its eldest child, else its number."""
    words, held = Words(language), persons or Persons()
    name = held.guardian or next(filter(None, held.children.values()), "")
    if name:
        return words("persons.family", name=name)
    short = household_id if len(household_id) <= _LONGEST else f"…{household_id[-_SHORT:]}"
    return words("persons.number", number=short)


def persons_key(folders: Folders) -> bytes | None:
    """The key the names are sealed with; None where the home has no key of identities that can be read."""
    if folders.home is None or not (identities_folder(folders.home) / KEY_FILE).exists():
        return None
    try:
        return derive(load_key(folders.home), _PURPOSE)
    except UserError:
        return None


def seal(key: bytes, household_id: str, persons: Persons) -> bytes:
    """The block of a household."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    content = json.dumps(asdict(persons), ensure_ascii=False).encode()
    return nonce + AESGCM(key).encrypt(nonce, content, household_id.encode())


def unseal(key: bytes, household_id: str, block: bytes) -> Persons | None:
    """Who a block says lives there; None when it was sealed with another key, for another household, or damaged."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        content = AESGCM(key).decrypt(block[:_NONCE], block[_NONCE:], household_id.encode())
        return Persons(**json.loads(content))
    except (InvalidTag, ValueError, TypeError):
        return None


def keep_persons(
    session: Session, key: bytes, places: Iterable[Place], persons: Mapping[str, Persons], now: datetime
) -> int:
    """Seal who lives in the households of these places; what was kept before goes. Returns how many there are."""
    regions = {place.household_id: place.region_code for place in places}
    for some in _parts(regions):
        session.execute(delete(HouseholdPersons).where(HouseholdPersons.household_id.in_(some)))
    rows = [
        HouseholdPersons(
            household_id=household,
            region_code=regions[household],
            sealed=seal(key, household, persons[household]),
            sealed_at=now,
        )
        for household in regions
        if household in persons
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def _parts(households: Iterable[str]) -> Iterator[Sequence[str]]:
    """Households in parts that one statement takes, each once."""
    each = list(dict.fromkeys(households))
    return (each[first : first + _AT_ONCE] for first in range(0, len(each), _AT_ONCE))
