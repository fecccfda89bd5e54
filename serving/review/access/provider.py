"""Signing in through a provider of identities (OpenID Connect): code flow with PKCE, state and nonce.

An account must exist here; the provider only says who somebody is.
"""

from __future__ import annotations

import hmac
import secrets
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from features.cli.console import UserError
from features.definition import Label
from serving.review.access.sessions import hash_token
from serving.review.settings import settings
from serving.review.store.accounts import Account, ProviderFlow

with warnings.catch_warnings():
    # It would rather have another HTTP client, which nothing else here uses.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import OAuth2Client

_SECONDS = 10
_ALGORITHMS = ["RS256", "ES256", "PS256"]


class ProviderError(Exception):
    """The sign-in at the provider did not come to an end that lets anybody in."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of identities as the office set it up. ``emails_verified``: it hands out its addresses itself."""

    issuer: str
    client_id: str
    client_secret: str
    label: Label
    emails_verified: bool = False

    @classmethod
    def read(cls, path: Path) -> Provider:
        """Read a TOML file: issuer, client_id, client_secret_file, zh, en, emails_verified.

        Raises:
            UserError: the file or the secret's file is missing, or says something else.
        """
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            secret = (path.parent / str(raw["client_secret_file"])).read_text(encoding="utf-8").strip()
            label = Label(str(raw["zh"]), str(raw["en"]))
            return cls(raw["issuer"].rstrip("/"), raw["client_id"], secret, label, raw.get("emails_verified") is True)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise UserError(
                f"{path}: not the settings of a provider of identities",
                "it needs issuer, client_id, client_secret_file, zh and en; emails_verified may follow",
            ) from error

    def client(self, redirect_uri: str) -> OAuth2Client:
        """An OAuth client for one sign-in."""
        return OAuth2Client(
            self.client_id,
            self.client_secret,
            scope="openid email",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as the provider signed it. ``email`` is empty unless it is sure to be theirs."""

    issuer: str
    subject: str
    email: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """Where to send the browser, and what it must bring back."""

    url: str
    state: str
    flow: ProviderFlow


def leave_for(provider: Provider, redirect_uri: str, now: datetime) -> Leaving:
    """Begin a sign-in. ``flow`` must be kept until its answer comes.

    Raises:
        ProviderError: the provider does not answer.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with provider.client(redirect_uri) as client:
        url, _ = client.create_authorization_url(
            _metadata(provider.issuer)["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
        )
    flow = ProviderFlow(state_hash=hash_token(state), nonce=nonce, verifier=verifier, created_at=now)
    return Leaving(url, state, flow)


def take_flow(session: Session, state: str, brought: str, now: datetime) -> ProviderFlow:
    """Take out the flow an answer belongs to: an answer that comes again finds none.

    Raises:
        ProviderError: not begun here, not in this browser, too old, or used.
    """
    flow = session.get(ProviderFlow, hash_token(state)) if state else None
    if flow is None or not hmac.compare_digest(state.encode(), brought.encode()):
        raise ProviderError
    session.delete(flow)
    session.flush()
    session.expunge(flow)
    if now - flow.created_at > settings().session.provider:
        raise ProviderError
    return flow


def keep_flow(session: Session, flow: ProviderFlow, now: datetime) -> None:
    """Keep a flow until its answer comes, and forget those whose answer would come too late."""
    session.execute(delete(ProviderFlow).where(ProviderFlow.created_at < now - settings().session.provider))
    session.add(flow)


def identify(provider: Provider, flow: ProviderFlow, code: str, redirect_uri: str) -> Identity:
    """Exchange the provider's code for who somebody is, and check every part of what it says.

    Raises:
        ProviderError: the provider refuses the code, does not answer, or its answer does not hold.
    """
    try:
        metadata = _metadata(provider.issuer)
        with provider.client(redirect_uri) as client:
            token = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=flow.verifier)
        claims = _claims(provider, metadata, str(token["id_token"]), flow.nonce)
    except (OAuthError, httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        raise ProviderError from error
    sure = provider.emails_verified or claims.get("email_verified") is True
    return Identity(provider.issuer, str(claims["sub"]), str(claims.get("email") or "").lower() if sure else "")


def account_of(session: Session, identity: Identity) -> Account:
    """The account of an identity: by subject, or the first time by address, which then binds the subject.

    Raises:
        ProviderError: no account, or a locked one.
    """
    known = (Account.oidc_issuer == identity.issuer, Account.oidc_subject == identity.subject)
    account = session.scalar(select(Account).where(*known))
    if account is None and identity.email:
        unbound = select(Account).where(Account.email == identity.email, Account.oidc_subject.is_(None))
        account = session.scalar(unbound)
        if account is not None:
            account.oidc_issuer, account.oidc_subject = identity.issuer, identity.subject
    if account is None or account.locked_at is not None:
        raise ProviderError
    return account


def _claims(provider: Provider, metadata: Mapping[str, Any], token: str, nonce: str) -> Mapping[str, Any]:
    answer = httpx.get(metadata["jwks_uri"], timeout=_SECONDS).raise_for_status()
    decoded = jwt.decode(token, KeySet.import_key_set(answer.json()), algorithms=_ALGORITHMS)
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    ).validate(decoded.claims)
    return decoded.claims


@lru_cache(maxsize=4)
def _metadata(issuer: str) -> Mapping[str, Any]:
    """What the provider says of itself; asked once, kept while the application runs."""
    try:
        answer = httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=_SECONDS).raise_for_status()
        metadata: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderError from error
    if str(metadata.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderError
    return metadata
