"""For whom a query is made: every function that reads or changes data takes a viewer and answers within its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from serving.review.practice.region import PRACTICE_COUNTY, is_practice, practice_region
from serving.review.store.accounts import Account, Role, SignedIn
from serving.review.store.base import REGION_LENGTH


class May(StrEnum):
    """What a role may do."""

    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"
    SUPERVISE = "supervise"
    READ_FIGURES = "read_figures"
    READ_LOG = "read_log"
    MANAGE_ACCOUNTS = "manage_accounts"


RIGHTS: Mapping[Role, frozenset[May]] = {
    Role.CASEWORKER: frozenset({May.READ_CASES, May.WORK_CASES}),
    Role.SUPERVISOR: frozenset({May.READ_CASES, May.WORK_CASES, May.READ_FIGURES, May.SUPERVISE}),
    Role.MODEL_OWNER: frozenset({May.READ_FIGURES}),
    Role.AUDITOR: frozenset({May.READ_LOG, May.READ_FIGURES}),
    Role.ADMINISTRATOR: frozenset({May.MANAGE_ACCOUNTS}),
}


class NotAllowedError(Exception):
    """The viewer's role has no right to this. Says nothing of whether the thing exists."""


class NotFoundError(Exception):
    """There is no such thing within the viewer's regions: what lies outside looks the same as what is not there."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person as queries see it."""

    account_id: int
    name: str
    role: Role
    regions: tuple[str, ...]

    @classmethod
    def of(cls, account: Account) -> Viewer:
        """The viewer of an account."""
        return cls(account.id, account.name, account.role, tuple(region.region_code for region in account.regions))

    @classmethod
    def signed_in(cls, session: SignedIn) -> Viewer:
        """The viewer of a session: while it practises, a caseworker of the invented families of the account alone."""
        account = session.account
        if not session.practising:
            return cls.of(account)
        return cls(account.id, account.name, Role.CASEWORKER, (practice_region(account.id),))

    def may(self, right: May) -> bool:
        """Whether the role has a right."""
        return right in RIGHTS[self.role]

    def require(self, right: May) -> None:
        """Refuse what the role may not do.

        Raises:
            NotAllowedError: the role lacks the right.
        """
        if not self.may(right):
            raise NotAllowedError(right)

    def covers(self, region: str) -> bool:
        """Whether a region lies within the viewer's."""
        return any(region.startswith(own) and (own or not is_practice(region)) for own in self.regions)


def within(viewer: Viewer, right: May, column: InstrumentedAttribute[str] | Mapped[str]) -> ColumnElement[bool]:
    """The condition that a row lies within the viewer's regions; false for a role without the right.

    The whole country is every region that exists: what others practise on is none of them.
    """
    if not viewer.may(right):
        return false()
    if "" in viewer.regions:
        return ~column.startswith(PRACTICE_COUNTY)
    return or_(false(), *(_in_region(column, region) for region in viewer.regions))


def _in_region(column: InstrumentedAttribute[str] | Mapped[str], region: str) -> ColumnElement[bool]:
    """A whole village by equality, which an index answers; else by its beginning, as data even where it is digits."""
    return column == region if len(region) == REGION_LENGTH else column.startswith(region, autoescape=True)
