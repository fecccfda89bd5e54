"""Ends processes whose starter was killed: run as a process of its own, it reads from the starter through a pipe.

The pipe closes when the starter is gone, however it went, on every POSIX system; nothing is asked again and again.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

ALL_ENDED = "all ended"
"""What the starter writes when it ended everything itself."""
ENDS_WITHIN_SECONDS = 15.0


def watch(lines: Iterable[str]) -> None:
    """End the processes whose numbers are read, each the first of a session of its own, unless told that all ended."""
    numbers = []
    for line in lines:
        if line.strip() == ALL_ENDED:
            return
        numbers.append(int(line))
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGTERM)
    time.sleep(ENDS_WITHIN_SECONDS)
    for number in numbers:
        with suppress(ProcessLookupError):
            os.killpg(number, signal.SIGKILL)


if __name__ == "__main__":
    watch(sys.stdin)
