"""A whole office for the browser: released model, scored county, names, this list's people, some work done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving.batch.folder import ScoreFolder
from serving.demo_people import name_people
from serving.demo_review import ACCOUNTS, PASSWORD, first_township, people_the_office
from serving.review.store.accounts import Role
from serving.review.store.database import database_url
from tests.serving.review.server import Running, running


@dataclass(frozen=True, slots=True)
class Office:
    """A running review application of a simulated county. ``people``: an account of each role."""

    server: Running
    home: Path
    township: str
    people: Mapping[Role, str]
    password: str = PASSWORD


@contextmanager
def open_office(home: Path, ledger: Path, released: Path, scored: ScoreFolder) -> Iterator[Office]:
    """Set an office up from a released model and a scored ledger, and serve it until the block ends."""
    for source, target in ((released, home), (ledger, home / "ledger"), (scored.folder, home / "scores")):
        shutil.copytree(source, target)
    county = max(scored.counties(), key=lambda code: scored.read(code).height)
    township = first_township(home / "scores", county)
    name_people(home, home / "ledger", county)
    period = f"{scored.manifest.as_of + timedelta(days=1):%Y-%m}"
    mopai(home, "review", "init")
    mopai(home, "review", "load-list", "--place", township, "--period", period, "--scores", home / "scores")
    people_the_office(home, home / "scores", township, datetime.now(UTC))
    options = ("--home", str(home), "--scores", str(home / "scores"))
    with running(database_url(home, None), home, *options) as server:
        yield Office(server, home, township, {account.role: account.name for account in ACCOUNTS})


def mopai(home: Path, *arguments: str | Path) -> str:
    """Run a command on a home; returns what it printed."""
    command = [sys.executable, "-m", "features.cli.app", *map(str, arguments)]
    done = subprocess.run(
        command, env={**os.environ, "MOPAI_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
