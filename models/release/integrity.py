"""First load of a booster in a process of its own: a damaged model file can crash the process that reads it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from models.release.limits import limits
from models.release.manifest import BundleError

REFUSED = 3
# The child runs the packages this process runs, installed or not, and nothing else that lies in its folder.
_PACKAGES = Path(__file__).parents[2]
_CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from models.release.integrity_child import main
sys.exit(main(sys.argv[2]))
"""


def check_in_child(folder: Path) -> None:
    """Load a bundle in a child process and let it reproduce its golden vectors there.

    Raises:
        BundleError: the child crashed (with the signal), took too long, or says why the bundle is not sound.
    """
    command = [sys.executable, "-I", "-c", _CHILD, str(_PACKAGES), str(folder.resolve())]
    seconds = limits().child_timeout_seconds
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"{folder}: the first load took more than {seconds:g} s and was ended") from error
    if done.returncode == 0:
        return
    said = "".join(done.stderr.decode(errors="replace").strip().splitlines()[-1:])
    if done.returncode == REFUSED:
        raise BundleError(said)
    ended = ending(done.returncode)
    raise BundleError(f"{folder}: the first load, in a process of its own, ended with {ended} ({said or 'silent'})")


def ending(returncode: int) -> str:
    """How a process ended, in words: its exit code, or the signal that ended it."""
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return f"signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"signal {-returncode}"
