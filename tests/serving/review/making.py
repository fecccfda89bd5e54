"""Accounts and lists for tests, all invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from serving.review.access.accounts import OPERATOR, NewAccount, add_account
from serving.review.access.passwords import hash_password
from serving.review.access.viewer import Viewer
from serving.review.exchange.load import Place, Sheet, load_sheet
from serving.review.store.accounts import Role
from serving.review.store.database import Database
from serving.review.store.lists import ListItem, Stratum

NOW = datetime(2018, 7, 5, 3, 0, tzinfo=UTC)
VILLAGE, NEXT_VILLAGE, FAR_VILLAGE = "520101001001", "520101001002", "520202002001"
TOWNSHIP, COUNTY, FAR_COUNTY = VILLAGE[:9], VILLAGE[:6], FAR_VILLAGE[:6]
PASSWORD = "quiet-lamp-47-river"  # noqa: S105 - of invented people
REGIONS = {
    Role.CASEWORKER: VILLAGE,
    Role.SUPERVISOR: TOWNSHIP,
    Role.MODEL_OWNER: "",
    Role.AUDITOR: "",
    Role.ADMINISTRATOR: "",
}


def account(
    session: Session, role: Role = Role.CASEWORKER, *regions: str, name: str = "", password: str | None = PASSWORD
) -> Viewer:
    """An account that need not change its password nor be led by the hand, and its viewer."""
    new = NewAccount(name or f"{role}-{'-'.join(regions)}", "王小明", role, regions or (REGIONS[role],))
    made = add_account(session, OPERATOR, new, None, NOW)
    made.password_hash = None if password is None else _hash_of(password)
    made.introduced_at = NOW
    session.flush()
    return Viewer.of(made)


@cache
def _hash_of(password: str) -> str:
    """Hashing is slow on purpose, and most tests never sign in: once per process is enough."""
    return hash_password(password)


def place(number: int, region: str = VILLAGE, **other: Any) -> Place:
    """A place on a list; a discretionary one unless a duty is given."""
    usual: dict[str, Any] = {
        "household_id": f"H{region[6:]}-{number:03}", "region_code": region, "place": number,
        "stratum": Stratum.DUTY if "duty_rule" in other else Stratum.SCORE, "inclusion_probability": 1.0,
        "driver_child_id": f"C{number:03}", "band": None if "duty_rule" in other else "go_first", "rank": number,
        "shown": {
            "duty": {"zh": "无人监护", "en": "no guardian"},
            "up": [{"zh": "祖母年满七十", "en": "the grandmother is past seventy"}],
            "down": [{"zh": "上月有人走访", "en": "visited last month"}],
            "not_known": [],
        },
    }  # fmt: skip
    return Place(**{**usual, **other})


def sheet(*places: Place, list_id: str = "L2018-07", region: str = TOWNSHIP, **other: Any) -> Sheet:
    """A list of July 2018."""
    usual: dict[str, Any] = {
        "period_from": date(2018, 7, 1), "period_to": date(2018, 7, 31), "as_of": date(2018, 6, 30),
        "frame_size": 120, "model_id": "m1", "data_newest_on": date(2018, 6, 28), "simulated": True,
    }  # fmt: skip
    return Sheet(list_id=list_id, region_code=region, places=places, **{**usual, **other})


def july() -> Sheet:
    """Two duties and three others in one village, one in the next, one far away."""
    return sheet(
        place(1, duty_rule="red_item:no_guardian", duty_due_on=date(2018, 7, 1)),
        place(2, duty_rule="interval:yellow", duty_due_on=date(2018, 7, 20), carried=True),
        place(3, new=True),
        place(4, stratum=Stratum.RANDOM, inclusion_probability=0.1, rating_asked=True),
        place(5, band="soon", last_visit_on=date(2018, 4, 2)),
        place(6, NEXT_VILLAGE),
        place(7, FAR_VILLAGE),
    )


def loaded(database: Database, *sheets: Sheet) -> None:
    """Put lists into a database."""
    with database.writing() as session:
        for one in sheets or (july(),):
            load_sheet(session, one, NOW)


def item_id(session: Session, number: int, region: str = VILLAGE) -> int:
    """The key of a place made by ``place``."""
    return session.query(ListItem.id).filter_by(household_id=f"H{region[6:]}-{number:03}").scalar()
