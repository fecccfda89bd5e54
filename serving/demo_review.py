"""The demonstration's review application: its people, its list of this month, and what was done with it so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from features.definition import Label
from features.definition.structure import TOWNSHIP_DIGITS
from serving.demo_work import Told, best_village, do_some_work
from serving.review.access.accounts import OPERATOR, NewAccount, add_account
from serving.review.access.viewer import Viewer
from serving.review.desk import Desk, Folders
from serving.review.store.accounts import Role
from serving.review.store.database import Database, database_url

PASSWORD = "only-for-demonstration"  # noqa: S105 - printed for everybody: there is nobody's data behind it


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration. ``regions``: "village", "township", or "" for the whole country."""

    name: str
    person: str
    role: Role
    region: str
    does: Label


ACCOUNTS = (
    DemoAccount(
        "zhuren", "演示儿童主任", Role.CASEWORKER, "village",
        Label("儿童主任：一个村的名单", "caseworker: the list of one village"),
    ),
    DemoAccount(
        "dudao", "演示督导员", Role.SUPERVISOR, "township",
        Label("儿童督导员：全乡镇，答复不同看法", "supervisor: the township; answers overrides"),
    ),
    DemoAccount(
        "model", "演示模型负责人", Role.MODEL_OWNER, "",
        Label("模型负责人：只有数字", "model owner: figures alone"),
    ),
    DemoAccount("audit", "演示审计员", Role.AUDITOR, "", Label("审计员：谁看过什么", "auditor: who looked at what")),
    DemoAccount("admin", "演示管理员", Role.ADMINISTRATOR, "", Label("管理员：账号", "administrator: accounts")),
)  # fmt: skip


def people_the_office(home: Path, scores: Path, township: str, now: datetime) -> Told:
    """Make the accounts of the demonstration, whose list is loaded, and let them do some work.

    Raises:
        UserError: there is no list.
    """
    database = Database.open(database_url(home, None), pooled=False)
    desk = Desk(database, folders=Folders(home, home / "ledger", scores))
    with database.writing() as session:
        supervisor = _account(session, ACCOUNTS[1], township, now)
        village = best_village(session, supervisor)
        caseworker = _account(session, ACCOUNTS[0], village, now)
        for account in ACCOUNTS[2:]:
            _account(session, account, "", now)
        return do_some_work(session, desk, caseworker, supervisor, now)


def first_township(scores: Path, county: str) -> str:
    """The township with the most households among the scores of a county."""
    import polars as pl

    from features.definition.structure import REGION
    from serving.batch.folder import ScoreFolder

    townships = ScoreFolder.open(scores).read(county).select(pl.col(REGION).str.slice(0, TOWNSHIP_DIGITS))
    return str(townships.to_series().value_counts(sort=True).sort("count", REGION, descending=[True, False])[REGION][0])


def _account(session: Session, demo: DemoAccount, region: str, now: datetime) -> Viewer:
    new = NewAccount(demo.name, demo.person, demo.role, (region,))
    made = add_account(session, OPERATOR, new, PASSWORD, now)
    # Everybody else must choose a password of their own; these are printed for whoever runs the demonstration.
    made.must_change = False
    session.flush()
    return Viewer.of(made)
