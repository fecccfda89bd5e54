"""Processes that run together: all or none, ended together, none started again in silence.

Where this process itself is killed, a process beside it (``serving.after_us``) ends them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from features.cli.console import UserError
from serving import after_us
from serving.after_us import ALL_ENDED, ENDS_WITHIN_SECONDS

READY_WITHIN_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_STANDARD_ERROR = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A process to run: what it is called, how it is started, and the address that answers once it is ready.

    What it prints goes to standard error, ``silent`` ones' nowhere: standard output is this command's own.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    alive: str
    silent: bool = False


@dataclass(slots=True)
class Together:
    """Running parts. ``told`` is the signal that asked for the end."""

    parts: Sequence[Part]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    watcher: subprocess.Popen[str] | None = None
    told: int | None = None

    def run(self, ready: Callable[[], None]) -> None:
        """Run until a signal asks for the end, and then end every part. ``ready`` is called once all answer.

        Raises:
            UserError: a part cannot start, does not answer in time, or ended by itself; the others are ended.
        """
        with self._listening():
            try:
                self._watch()
                for part in self.parts:
                    self._start(part)
                if self._all_answer():
                    ready()
                while self.told is None:
                    self._none_ended()
                    time.sleep(_LOOK_SECONDS)
            finally:
                self._end()

    def _watch(self) -> None:
        """Start what ends the parts should this process be killed."""
        self.watcher = subprocess.Popen(
            [sys.executable, "-m", after_us.__name__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )  # fmt: skip

    def _tell_watcher(self, line: str) -> None:
        if self.watcher is not None and self.watcher.stdin is not None:
            with suppress(BrokenPipeError):
                self.watcher.stdin.write(f"{line}\n")
                self.watcher.stdin.flush()

    def _start(self, part: Part) -> None:
        # A session of its own: Ctrl+C reaches this process alone, which then ends the parts in good order.
        try:
            process = subprocess.Popen(
                [*part.command], env=dict(part.environment), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if part.silent else _STANDARD_ERROR, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise UserError(f"the {part.name} cannot be started ({error.strerror})") from error
        self.running.append(process)
        self._tell_watcher(str(process.pid))

    def _all_answer(self) -> bool:
        """Wait until every part answers; False when the end was asked for meanwhile."""
        until = time.monotonic() + READY_WITHIN_SECONDS
        waiting = list(self.parts)
        while waiting and self.told is None:
            self._none_ended()
            waiting = [part for part in waiting if not _answers(part.alive)]
            if waiting and time.monotonic() > until:
                raise UserError(
                    f"the {waiting[0].name} does not answer at {waiting[0].alive}", "see what it said above"
                )
            time.sleep(_LOOK_SECONDS)
        return self.told is None

    def _none_ended(self) -> None:
        for part, process in zip(self.parts, self.running, strict=False):
            if (code := process.poll()) is not None and self.told is None:
                raise UserError(
                    f"the {part.name} ended by itself (exit code {code}); everything was ended",
                    "see what it said above, then start again",
                )

    def _end(self) -> None:
        for process in self.running:
            process.terminate()
        until = time.monotonic() + ENDS_WITHIN_SECONDS
        for process in self.running:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._tell_watcher(ALL_ENDED)
        if self.watcher is not None:
            self.watcher.communicate()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        def asked(number: int, _: FrameType | None) -> None:
            self.told = number

        before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
