"""Accounts as an administrator sees and keeps them. An administrator's regions bound whom it may manage."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from serving.review.access.passwords import hash_password, weakness
from serving.review.access.sessions import end_sessions
from serving.review.access.viewer import May, NotAllowedError, NotFoundError, Viewer
from serving.review.practice.region import is_practice
from serving.review.settings import settings
from serving.review.store.accounts import Account, AccountRegion, Role
from serving.review.store.base import NUMBER_LENGTH

# Letters that nobody mixes up when they are read aloud or copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 14
# RFC 5321: the longest path, without its brackets.
_EMAIL_LENGTH = 254
OPERATOR = Viewer(0, "operator", Role.ADMINISTRATOR, ("",))


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account starts with."""

    name: str
    display_name: str
    role: Role
    regions: tuple[str, ...]
    email: str | None = None


class AccountFaultError(UserError):
    """An account that cannot be made or changed. ``code`` is its word in ``words/``."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code

    def __reduce__(self) -> tuple[type[AccountFaultError], tuple[str, str, str]]:  # type: ignore[override]
        """Keep all parts when the error crosses a process border."""
        return (type(self), (self.code, self.message, self.hint))


def first_password() -> str:
    """A password to hand over on paper; it must be changed at the first sign-in."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def add_account(session: Session, viewer: Viewer, new: NewAccount, password: str | None, now: datetime) -> Account:
    """Make an account; without a password only a provider of identities lets the person in.

    Raises:
        NotAllowedError: the viewer may not manage accounts of these regions.
        AccountFaultError: name or address taken, regions that do not suit the role, or a weak password.
    """
    viewer.require(May.MANAGE_ACCOUNTS)
    _check(session, new)
    if not all(viewer.covers(region) for region in new.regions):
        raise NotAllowedError(May.MANAGE_ACCOUNTS)
    account = Account(
        name=new.name,
        display_name=new.display_name,
        role=new.role,
        email=new.email.lower() if new.email else None,
        must_change=password is not None,
        password_hash=None if password is None else _hashed(password, new.name),
        created_at=now,
        regions=[AccountRegion(region_code=region) for region in sorted(set(new.regions))],
    )
    session.add(account)
    session.flush()
    return account


def set_password(session: Session, viewer: Viewer, name: str, password: str, now: datetime) -> Account:
    """Give an account a first password again: its sessions end, and it must be changed at the next sign-in.

    A locked account stays locked.

    Raises:
        NotFoundError: no such account within the viewer's regions.
        AccountFaultError: a weak password.
    """
    account = find_account(session, viewer, name)
    account.password_hash, account.must_change = _hashed(password, account.name), True
    end_sessions(session, account.id, now)
    return account


def set_locked(session: Session, viewer: Viewer, name: str, now: datetime, *, locked: bool) -> None:
    """Lock an account, which ends its sessions, or open it again.

    Raises:
        NotFoundError: no such account within the viewer's regions.
        AccountFaultError: an account cannot lock itself.
    """
    account = find_account(session, viewer, name)
    if locked and account.id == viewer.account_id:
        raise AccountFaultError("own_account", f"account '{name}' is your own", "ask another administrator")
    account.locked_at = now if locked else None
    if locked:
        end_sessions(session, account.id, now)


def accounts_of(session: Session, viewer: Viewer) -> Sequence[Account]:
    """The accounts whose regions all lie within the viewer's, by name; none for any other role."""
    if not viewer.may(May.MANAGE_ACCOUNTS):
        return []
    found = session.scalars(select(Account).order_by(Account.name)).all()
    return [account for account in found if _manages(viewer, account)]


def find_account(session: Session, viewer: Viewer, name: str) -> Account:
    """One account by its name.

    Raises:
        NotFoundError: no such account within the viewer's regions, or the viewer is no administrator.
    """
    account = session.scalar(select(Account).where(func.lower(Account.name) == name.strip().lower()))
    if account is None or not _manages(viewer, account):
        raise NotFoundError
    return account


def _manages(viewer: Viewer, account: Account) -> bool:
    return viewer.may(May.MANAGE_ACCOUNTS) and all(viewer.covers(region.region_code) for region in account.regions)


def _hashed(password: str, name: str) -> str:
    weak = weakness(password, name)
    if weak is not None:
        raise AccountFaultError(weak, f"the password is not good enough ({weak})", "take a longer, less common one")
    return hash_password(password)


def _check(session: Session, new: NewAccount) -> None:
    if not _is_name(new.name) or not _is_name(new.display_name):
        raise AccountFaultError("name_bad", "a name has 1 to 64 characters, without spaces around it")
    if new.email is not None and not (len(new.email) <= _EMAIL_LENGTH and new.email.isprintable()):
        raise AccountFaultError("email_bad", f"an e-mail address has at most {_EMAIL_LENGTH} characters")
    if session.scalar(select(Account.id).where(func.lower(Account.name) == new.name.lower())) is not None:
        raise AccountFaultError("name_taken", f"there is an account '{new.name}' already", "take another name")
    if (
        new.email is not None
        and session.scalar(select(Account.id).where(Account.email == new.email.lower())) is not None
    ):
        raise AccountFaultError("email_taken", "there is an account with this e-mail address already")
    digits = settings().region_digits[new.role]
    fits = all(len(region) in digits and (not region or _is_code(region)) for region in new.regions)
    if not new.regions or not fits:
        wanted = " or ".join("'all'" if count == 0 else f"{count} digits" for count in digits)
        country = "; the whole country: --region all" if 0 in digits else ""
        article = "an" if new.role.startswith("a") else "a"
        raise AccountFaultError(
            "regions_bad", f"regions of {article} {new.role} have {wanted}", f"give each with --region CODE{country}"
        )


def _is_name(name: str) -> bool:
    """Whether it can be kept and read: not empty, not long, nothing unseen in it."""
    return bool(name) and name == name.strip() and len(name) <= NUMBER_LENGTH and name.isprintable()


def _is_code(region: str) -> bool:
    """Whether it may be the code of a place; those of the training mode are nobody's."""
    return region.isascii() and region.isdecimal() and not is_practice(region)
