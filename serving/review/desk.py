"""What the pages work with: the database, and whatever else this machine has at hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from serving.review.access.provider import Provider
from serving.review.store.database import Database


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the facts of families and the model's figures lie; each may be missing, and the pages then say so.

    ``home`` holds releases, evidence, approvals, regions and the encrypted identities; ``ledger`` and ``scores`` are
    folders of ``mopai ledger`` and ``mopai score``. ``definition`` is the name or the folder of the ledger's definition
    where it is not one that ships.
    """

    home: Path | None = None
    ledger: Path | None = None
    scores: Path | None = None
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages work with.

    ``provider`` is the provider of identities, if there is one; ``scoring`` and ``tracking`` the addresses of the
    scoring service and of MLflow's page.
    """

    database: Database
    provider: Provider | None = None
    folders: Folders = field(default_factory=Folders)
    scoring: str = ""
    tracking: str = ""
