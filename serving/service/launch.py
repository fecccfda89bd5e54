"""Starting the service: a key if there is none, the settings of its workers, and BentoML in place of this process."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.cli.console import HOME_VARIABLE, UserError
from features.ledger.manifest import MANIFEST
from models.release.regions import LEDGER_FOLDER
from serving.service.keys import new_key, read_keys, write_keys, write_private
from serving.service.settings import (
    DEFINITION_VARIABLE,
    KEY_FILE,
    KEYS_VARIABLE,
    SCORES_VARIABLE,
    WORKERS_VARIABLE,
)

SERVICE = "serving.service.app:Mopai"
OWNER = "owner"
# What the service reads of a home; identities and the review database are not among them.
READS = ("releases", "regions", "monitor")
# Settings of other parts, which may hold a password.
NOT_ITS_BUSINESS = ("MOPAI_REVIEW_DATABASE",)


@dataclass(frozen=True, slots=True)
class Launch:
    """How to serve: where to listen, how many workers, and where releases, keys and scores are."""

    home: Path
    host: str
    port: int
    workers: int
    key_file: Path | None = None
    scores: Path | None = None
    definition: str | None = None
    ledger: Path | None = None

    @property
    def keys(self) -> Path:
        """The file that keeps the hashes of the keys."""
        return (self.key_file or self.home / KEY_FILE).absolute()

    @property
    def owner_key(self) -> Path:
        """The file that holds the owner's key itself, made with the key file."""
        return self.keys.with_name("service-key.txt")

    @property
    def own_home(self) -> Path:
        """The home of the service's process: links to what it reads, nothing of who anybody is."""
        return self.home.absolute() / "scoring"

    @property
    def address(self) -> str:
        """Where the service answers."""
        return f"http://{self.host}:{self.port}"

    def command(self) -> list[str]:
        """The command that serves."""
        bentoml = [sys.executable, "-m", "bentoml", "serve", SERVICE]
        return [*bentoml, "--host", self.host, "--port", str(self.port)]

    def environment(self, own: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The environment of the workers: this one's, tracking off, one thread each where nothing else is said.

        Its home is one of its own, and settings of the review application are left out.
        """
        settings = {
            HOME_VARIABLE: str(self.own_home),
            KEYS_VARIABLE: str(self.keys),
            WORKERS_VARIABLE: str(self.workers),
            "BENTOML_DO_NOT_TRACK": "True",
        }
        if self.scores is not None:
            settings[SCORES_VARIABLE] = str(self.scores.absolute())
        if self.definition is not None:
            settings[DEFINITION_VARIABLE] = self.definition
        # One thread per worker: more workers, not more threads, use more cores.
        one = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
        usual = {"BENTOML_HOME": str(self.home.absolute() / "bentoml"), **one}
        others = {name: value for name, value in own.items() if name not in NOT_ITS_BUSINESS}
        return {**usual, **others, **settings}


def set_apart(launch: Launch) -> None:
    """Make the service's own home. A part that is not there yet is found as soon as it is.

    Raises:
        UserError: the home cannot be written.
    """
    try:
        launch.own_home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for part in READS:
            if not (link := launch.own_home / part).is_symlink():
                link.symlink_to(Path("..") / part, target_is_directory=True)
        _link_manifest(launch)
    except OSError as error:
        raise UserError(f"{launch.own_home}: cannot be written ({error.strerror})", "give another --home") from error


def _link_manifest(launch: Launch) -> None:
    """Of the ledger the service sees the manifest, without any row: whether a check of a county still holds."""
    place = launch.own_home / LEDGER_FOLDER
    place.mkdir(exist_ok=True, mode=0o700)
    manifest = (launch.ledger or launch.home / LEDGER_FOLDER).absolute() / MANIFEST
    link = place / MANIFEST
    if not (link.is_symlink() and link.readlink() == manifest):
        link.unlink(missing_ok=True)
        link.symlink_to(manifest)


def ensure_keys(launch: Launch) -> str | None:
    """Make the owner's key if there is no key file. Returns the key when it was made now, None otherwise.

    Raises:
        UserError: the key file cannot be read or written.
    """
    if launch.keys.exists():
        read_keys(launch.keys)
        return None
    secret, key = new_key(OWNER)
    try:
        write_private(launch.owner_key, secret + "\n")
        write_keys(launch.keys, [key])
    except OSError as error:
        raise UserError(
            f"{launch.keys}: cannot be written ({error.strerror})", "give --key-file another place"
        ) from error
    return secret


def check_port(host: str, port: int, options: str = "--port or --host") -> None:
    """Say at once that nobody can listen there, rather than from a server's log.

    Raises:
        UserError: the address is taken or not one of this machine; ``options`` are those to give another one with.
    """
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise UserError(
            f"http://{host}:{port}: cannot be served ({error.strerror})", f"give another {options}"
        ) from error


def serve(launch: Launch) -> None:
    """Become the BentoML server: signals and the exit code are its own, and there is one process group."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, launch.command(), launch.environment())  # noqa: S606 - a fixed command, no shell
