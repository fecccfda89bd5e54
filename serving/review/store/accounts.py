"""Tables of the people who work with the application, and of their sign-ins."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from serving.review.store.base import NUMBER_LENGTH, REGION_LENGTH, Base, code_type


class Role(StrEnum):
    """What an account is for. One account has one role; a person with two duties has two accounts."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    MODEL_OWNER = "model_owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Outcome(StrEnum):
    """How an attempt to sign in ended."""

    SIGNED_IN = "signed_in"
    REFUSED = "refused"


class Account(Base):
    """A person who may sign in. ``password_hash`` is null for people who come through a provider alone.

    ``introduced_at`` is when the person had seen what the pages are for.
    """

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NUMBER_LENGTH), unique=True)
    display_name: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    role: Mapped[Role] = mapped_column(code_type(Role, "role"))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    oidc_issuer: Mapped[str | None] = mapped_column(String(255))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    must_change: Mapped[bool] = mapped_column(default=True)
    locked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    introduced_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    regions: Mapped[list[AccountRegion]] = relationship(
        back_populates="account", cascade="all, delete-orphan", order_by="AccountRegion.region_code", lazy="selectin"
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class AccountRegion(Base):
    """A village, township or county an account works for; an empty code is the whole country."""

    __tablename__ = "account_regions"
    __table_args__ = (CheckConstraint("length(region_code) IN (0, 6, 9, 12)", name="region_digits"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH), primary_key=True)
    account: Mapped[Account] = relationship(back_populates="regions")


class SignedIn(Base):
    """A session. Only a hash of its token is kept, so a stolen copy of the database opens nothing.

    ``practising``: it works with invented families of its own, and with no others.
    """

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(120))
    practising: Mapped[bool] = mapped_column(default=False)
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class SignInAttempt(Base):
    """An attempt to sign in. The name is kept as a hash: people type passwords into the wrong field."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_name_key_at", "name_key", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_key: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(code_type(Outcome, "outcome"))


class ProviderFlow(Base):
    """A sign-in under way at the provider of identities; taken out when its answer comes, so it serves once."""

    __tablename__ = "provider_flows"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime]
