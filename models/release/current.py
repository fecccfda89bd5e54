"""Releases: the bundles that are kept, and the one pointer that says which is in use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from features.cli.console import UserError
from models.release.bundle import is_whole, verify_bundle
from models.release.files import clear_unfinished, write_file, write_folder
from models.release.manifest import MANIFEST, BundleError, Manifest, json_bytes, read_contents, read_manifest

FORMAT = 1
_LOCK = ".lock"
_NOTHING = "train a model, then: mopai models promote MODEL_ID"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a move of the pointer stood on; part of the history for ever.

    ``criteria`` and their sha256; ``approvals``: "name (role)" of each; ``failed``: what was not met when
    ``override``, a reason, brought the bundle into use all the same, asked for by ``overridden_by``. ``by``: who moved
    it, where that was said.
    """

    criteria: str = ""
    criteria_sha256: str = ""
    approvals: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    override: str = ""
    overridden_by: tuple[str, ...] = ()
    by: str = ""

    def to_json(self) -> dict[str, Any]:
        """Only what is said."""
        return {name: value for name, value in asdict(self).items() if value}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> Ground:
        """The ground of a move as it was written down."""
        return Ground(
            criteria=str(raw.get("criteria", "")),
            criteria_sha256=str(raw.get("criteria_sha256", "")),
            approvals=tuple(raw.get("approvals", ())),
            failed=tuple(raw.get("failed", ())),
            override=str(raw.get("override", "")),
            overridden_by=tuple(raw.get("overridden_by", ())),
            by=str(raw.get("by", "")),
        )


NO_GROUND = Ground()


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the pointer: what it was, the bundle it went to, when (UTC), and what it stood on."""

    action: Literal["promote", "rollback"]
    model_id: str
    moved_at: datetime
    ground: Ground = NO_GROUND

    def to_json(self) -> dict[str, Any]:
        """The move as it is written down and shown."""
        return {
            "action": self.action,
            "model_id": self.model_id,
            "moved_at": self.moved_at.isoformat(timespec="seconds"),
            **self.ground.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which bundle is in use.

    ``earlier`` are the bundles that rollback returns to, the latest last; ``moves`` is the whole history.
    """

    model_id: str | None = None
    earlier: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()

    def promoted(self, model_id: str, moved_at: datetime, ground: Ground = NO_GROUND) -> Pointer:
        """The pointer after ``model_id`` comes into use.

        If it is in use already, only another ground than that of the last move is written down.
        """
        moves = (*self.moves, Move("promote", model_id, moved_at, ground))
        if model_id == self.model_id:
            return self if ground in (NO_GROUND, self.moves[-1].ground) else replace(self, moves=moves)
        earlier = self.earlier if self.model_id is None else (*self.earlier, self.model_id)
        return Pointer(model_id, earlier, moves)

    def overrides(self, model_id: str) -> tuple[Move, ...]:
        """The moves that brought a bundle into use although it had not passed."""
        return tuple(move for move in self.moves if move.model_id == model_id and move.ground.override)

    def rolled_back(self, moved_at: datetime, ground: Ground = NO_GROUND) -> Pointer:
        """The pointer after the bundle before comes back into use."""
        if not self.earlier:
            raise UserError("there is no earlier release to go back to", "mopai models list shows what there is")
        back = self.earlier[-1]
        return Pointer(back, self.earlier[:-1], (*self.moves, Move("rollback", back, moved_at, ground)))


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """A bundle in the store. ``fault`` says why a manifest cannot be read; then there is no manifest.

    ``overrides``: the moves that brought it into use although it had not passed.
    """

    model_id: str
    manifest: Manifest | None
    released: bool
    fault: str = ""
    overrides: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseStore:
    """The bundles under ``<home>/releases/bundles`` and the pointer ``<home>/releases/current.json``.

    Moves are made one at a time under a lock, and each is one replaced file: a reader sees the release before or
    the one after, never half of either.
    """

    home: Path

    @property
    def bundles(self) -> Path:
        """The folder of bundles, one folder each, named by its content."""
        return self.home / "releases" / "bundles"

    def install(self, folder: Path) -> str:
        """Check a bundle and keep a copy of it. Returns its model id; a bundle that is kept already stays as it is.

        One that is kept but damaged is replaced.

        Raises:
            BundleError: the bundle is not sound.
        """
        manifest = verify_bundle(folder)
        target = self.bundles / manifest.model_id
        with self._locked():
            if target.resolve() != folder.resolve() and not is_whole(target):
                _, contents = read_contents(folder)
                write_folder(target, {**contents, MANIFEST: manifest.to_bytes()})
        return manifest.model_id

    def list(self) -> tuple[KeptBundle, ...]:
        """The bundles that are kept, sorted by model id, read from their manifests alone."""
        pointer = self.pointer()
        return tuple(self._kept(model_id, pointer) for model_id in self._ids())

    def resolve(self, prefix: str) -> str:
        """The one model id that begins with ``prefix``.

        Raises:
            UserError: none does, or several do; the message names the known ids.
        """
        known = self._ids()
        found = [model_id for model_id in known if model_id == prefix] or [
            model_id for model_id in known if prefix and model_id.startswith(prefix)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(f"'{prefix}' begins {len(found)} model ids: {', '.join(found)}", "give more digits")
        listed = ", ".join(known) if known else "none is kept yet"
        raise UserError(f"no model '{prefix}'; known: {listed}", "mopai models list")

    def promote(self, model_id: str, ground: Ground = NO_GROUND) -> str:
        """Check a kept bundle and bring it into use; ``model_id`` may be a unique beginning. Returns the whole id.

        Whether it *may* be released is asked before, by ``models.release.gate.promote.promote_by_rule``.

        Raises:
            UserError: the id is not known.
            BundleError: the bundle is not sound; the release stays what it was.
        """
        chosen = self.resolve(model_id)
        self._verify(chosen)
        with self._locked():
            self._point(self.pointer().promoted(chosen, datetime.now(UTC), ground))
        return chosen

    def rollback(self, by: str = "") -> str:
        """Bring the release before this one back into use, after checking it. Returns its model id.

        For safety nothing stands before it: what was in use may come back at once. ``by`` is who asked for it.

        Raises:
            UserError: there is no earlier release.
            BundleError: the earlier bundle is not sound; the release stays what it was.
        """
        with self._locked():
            moved = self.pointer().rolled_back(datetime.now(UTC), Ground(by=by))
            self._verify(str(moved.model_id))
            self._point(moved)
        return str(moved.model_id)

    def current(self) -> Path:
        """The folder of the bundle in use.

        Raises:
            UserError: nothing is released, or the released bundle is gone.
        """
        released = self.pointer().model_id
        if released is None:
            raise UserError(f"no model is released under {self.home}", _NOTHING)
        if released not in self._ids():
            raise UserError(f"the released model {released} is not among the bundles in {self.bundles}", _NOTHING)
        return self.bundles / released

    def pointer(self) -> Pointer:
        """What the pointer says; an empty one before the first release.

        Raises:
            UserError: the pointer's file cannot be read.
        """
        path = self._pointer_file
        try:
            return _pointer(json.loads(path.read_bytes()))
        except FileNotFoundError:
            return Pointer()
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: not a release pointer of format {FORMAT} ({error})", _NOTHING) from error

    @property
    def _pointer_file(self) -> Path:
        return self.home / "releases" / "current.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.bundles.mkdir(parents=True, exist_ok=True)
        with FileLock(self.bundles / _LOCK):
            clear_unfinished(self.bundles)
            clear_unfinished(self._pointer_file.parent)
            yield

    def _ids(self) -> tuple[str, ...]:
        if not self.bundles.is_dir():
            return ()
        return tuple(
            sorted(entry.name for entry in self.bundles.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        )

    def _kept(self, model_id: str, pointer: Pointer) -> KeptBundle:
        released, overrides = model_id == pointer.model_id, pointer.overrides(model_id)
        try:
            return KeptBundle(model_id, read_manifest(self.bundles / model_id), released, overrides=overrides)
        except UserError as error:
            return KeptBundle(model_id, None, released, error.message, overrides)

    def _verify(self, model_id: str) -> None:
        manifest = verify_bundle(self.bundles / model_id)
        if manifest.model_id != model_id:
            raise BundleError(f"{self.bundles / model_id}: holds the model {manifest.model_id}")

    def _point(self, pointer: Pointer) -> None:
        moves = [move.to_json() for move in pointer.moves]
        content = {"format": FORMAT, "model_id": pointer.model_id, "earlier": list(pointer.earlier), "moves": moves}
        write_file(self._pointer_file, json_bytes(content))


def _pointer(raw: dict[str, Any]) -> Pointer:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']!r}")
    return Pointer(
        model_id=raw["model_id"],
        earlier=tuple(raw["earlier"]),
        moves=tuple(_move(move) for move in raw["moves"]),
    )


def _move(raw: dict[str, Any]) -> Move:
    return Move(raw["action"], raw["model_id"], datetime.fromisoformat(raw["moved_at"]), Ground.from_json(raw))
