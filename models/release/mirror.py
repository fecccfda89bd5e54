"""The MLflow aliases ``champion`` and ``challenger`` as a mirror of the release. The only module that knows MLflow.

The pointer of the release store is the truth. A registered version says which bundle it is by its tag ``model_id``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

REGISTERED_MODEL = "visit-risk"
CHAMPION = "champion"
CHALLENGER = "challenger"
MODEL_ID_TAG = "model_id"
DATABASE = "mlflow.db"

MirrorState = Literal["agrees", "differs", "not registered"]


@dataclass(frozen=True, slots=True)
class Mirror:
    """Which bundles the two aliases name; None where an alias is not set."""

    champion: str | None
    challenger: str | None

    def state(self, released: str | None) -> MirrorState:
        """How the mirror stands to the release."""
        if self.champion == released:
            return "agrees"
        return "not registered" if self.champion is None else "differs"


def has_tracking(home: Path) -> bool:
    """Whether anything was ever tracked under this home; without it there is nothing to mirror."""
    return (home / DATABASE).is_file()


def read_mirror(home: Path) -> Mirror | None:
    """What the aliases say now; None when nothing was tracked."""
    if not has_tracking(home):
        return None
    return _read(_client(home))


def mirror_release(home: Path, released: str | None) -> Mirror | None:
    """Let ``champion`` name the released bundle and ``challenger`` no released one. Returns the aliases after it.

    A release that MLflow does not know (trained elsewhere) leaves no champion. None when nothing was tracked.
    """
    if not has_tracking(home):
        return None
    client = _client(home)
    versions = _versions(client)
    _set_alias(client, CHAMPION, _version_of(versions, released))
    if _read(client).challenger == released:
        _set_alias(client, CHALLENGER, None)
    return _read(client)


def _client(home: Path) -> MlflowClient:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.tracking import MlflowClient

    address = f"sqlite:///{(home / DATABASE).resolve()}"
    return MlflowClient(tracking_uri=address, registry_uri=address)


def _versions(client: MlflowClient) -> list[ModelVersion]:
    return list(client.search_model_versions(f"name='{REGISTERED_MODEL}'"))


def _version_of(versions: list[ModelVersion], model_id: str | None) -> str | None:
    """The newest version registered for a bundle: the same bytes may have been trained twice."""
    found = [int(version.version) for version in versions if version.tags.get(MODEL_ID_TAG) == model_id]
    return str(max(found)) if found and model_id is not None else None


def _set_alias(client: MlflowClient, alias: str, version: str | None) -> None:
    if version is not None:
        client.set_registered_model_alias(REGISTERED_MODEL, alias, version)
    elif alias in _aliases(client):
        client.delete_registered_model_alias(REGISTERED_MODEL, alias)


def _aliases(client: MlflowClient) -> dict[str, str]:
    found = client.search_registered_models(f"name='{REGISTERED_MODEL}'")
    return {str(alias): str(version) for alias, version in found[0].aliases.items()} if found else {}


def _read(client: MlflowClient) -> Mirror:
    tags = {str(version.version): version.tags.get(MODEL_ID_TAG) for version in _versions(client)}
    aliases = _aliases(client)
    return Mirror(
        champion=tags.get(aliases.get(CHAMPION, "")),
        challenger=tags.get(aliases.get(CHALLENGER, "")),
    )
