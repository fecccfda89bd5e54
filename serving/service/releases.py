"""The release that answers: none at first, then whichever the pointer names, changed without a missed request.

A bundle is checked and made ready in a thread while the release before it goes on answering; only then is the one
reference exchanged. A bundle that is refused changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from models.release.current import ReleaseStore
from serving.service.loaded import Loaded
from serving.service.settings import limits

logger = logging.getLogger("bentoml.mopai")

Load = Callable[[Path], Loaded]


@dataclass(slots=True)
class Releases:
    """Follows the pointer of a release store. ``load`` makes a bundle ready or raises UserError."""

    store: ReleaseStore
    load: Load
    _current: Loaded | None = None
    _refused: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _said: str = ""

    def current(self) -> Loaded | None:
        """The release that answers now; None before the first is ready."""
        return self._current

    def history(self, model_id: str) -> list[dict[str, Any]] | None:
        """When and on what ground a model came into use, overrides included; None when the pointer cannot be read."""
        try:
            return [move.to_json() for move in self.store.pointer().moves if move.model_id == model_id]
        except (UserError, OSError):
            return None

    def start(self) -> None:
        """Begin to follow the pointer."""
        threading.Thread(target=self._follow, name="releases", daemon=True).start()

    def stop(self) -> None:
        """Follow no longer; the release goes on answering."""
        self._stop.set()

    def look(self) -> None:
        """Take up the release the pointer names, if it is another one and sound."""
        try:
            path = self.store.current()
        except (UserError, OSError) as error:
            self._say(f"no release to take up: {_words(error)}")
            return
        if self._current is not None and self._current.model_id == path.name:
            return
        if time.monotonic() < self._refused.get(path.name, 0.0):
            return
        self._take_up(path)

    def _take_up(self, path: Path) -> None:
        try:
            loaded = self.load(path)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a bundle, the release before it goes on
            self._refused[path.name] = time.monotonic() + limits().retry_seconds
            kept = self._current.model_id if self._current else "none"
            self._say(f"release {path.name} refused ({_words(error)}); still answering: {kept}")
            return
        self._current = loaded
        self._say(f"release {loaded.model_id} answers from now on")

    def _follow(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(limits().poll_seconds)

    def _say(self, words: str) -> None:
        """Log what is new; not the same again at every look."""
        if words != self._said:
            self._said = words
            logger.info("%s", words)


def _words(error: Exception) -> str:
    return error.message if isinstance(error, UserError) else type(error).__name__
