"""What ``mopai serve`` starts: the scoring service, the review application, or both."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from serving.service.launch import Launch, check_port, ensure_keys, set_apart
from serving.service.launch import serve as become_scoring
from serving.together import Part, Together

if TYPE_CHECKING:
    from serving.serve_command import ReviewOptions

Say = Callable[[dict[str, object]], None]


def serve_scoring(launch: Launch, say: Say) -> None:
    """Become the scoring service.

    Raises:
        UserError: nobody can listen there, or the home cannot be written.
    """
    check_port(launch.host, launch.port)
    told = _prepared(launch)
    say(told)
    become_scoring(launch)


def serve_review(launch: Launch, review: ReviewOptions, say: Say) -> None:
    """Become the review application; without the service it shows the scores that are there.

    Raises:
        UserError: nobody can listen there, or the database cannot be used.
    """
    check_port(review.host, review.port, "--review-port or --review-host")
    say({"review": review.address, **_database(launch, review)})
    _become(review.command(launch, ""), review.environment())


def serve_both(launch: Launch, review: ReviewOptions, say: Say) -> None:
    """Run both until a signal ends them.

    Raises:
        UserError: one cannot start or ended by itself; the other is ended then.
    """
    check_port(launch.host, launch.port)
    check_port(review.host, review.port, "--review-port or --review-host")
    told = _prepared(launch) | {"review": review.address, **_database(launch, review)}
    parts = (
        Part("scoring service", launch.command(), launch.environment(), f"{launch.address}/livez"),
        Part(
            "review application", review.command(launch, launch.address), review.environment(),
            f"{review.address}/livez", silent=True,
        ),
    )  # fmt: skip
    Together(parts).run(lambda: say(told))


def _prepared(launch: Launch) -> dict[str, object]:
    """Make what the service needs; returns what a person is told of it."""
    made = ensure_keys(launch)
    set_apart(launch)
    told: dict[str, object] = {
        "address": launch.address,
        "key_file": str(launch.keys),
        "owner_key": str(launch.owner_key),
    }
    return told if made is None else {**told, "key": made}


def _database(launch: Launch, review: ReviewOptions) -> dict[str, object]:
    """Make the review database if there is none; says how to make the first account while there is none."""
    from sqlalchemy import func, select

    from serving.review.store.accounts import Account
    from serving.review.store.migrate import current, require_newest, upgrade
    from serving.review.user_commands import open_database

    database = open_database(launch.home, review.database, current=False)
    if current(database) is None:
        upgrade(database)
    require_newest(database)
    with database.reading() as session:
        accounts = session.scalar(select(func.count()).select_from(Account))
    return {} if accounts else {"accounts": "none yet; make the first with: mopai review user add --help"}


def _become(command: list[str], environment: Mapping[str, str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, environment)  # noqa: S606 - a fixed command, no shell
