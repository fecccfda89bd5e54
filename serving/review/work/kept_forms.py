"""What a person typed into a form that came after its session had ended: kept sealed until the same person is back.

The key is made for the browser, which alone keeps it; the block is in the database, which alone keeps that. It is bound
to the account and to the page, given back once, and forgotten after a time.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from serving.review.settings import settings
from serving.review.store.kept_forms import KeptForm

_NONCE = 12


def keep_form(
    session: Session, account_id: int, path: str, fields: Mapping[str, str], *, secret: str, now: datetime
) -> None:
    """Keep a form in place of one of the same page; the account's oldest go where there are too many."""
    forget_forms(session, now)
    _drop(session, account_id, path)
    block = _seal(secret, account_id, path, json.dumps(dict(fields), ensure_ascii=False).encode())
    session.add(KeptForm(account_id=account_id, path=path, sealed=block, kept_at=now))
    session.flush()
    newest = select(KeptForm.id).where(KeptForm.account_id == account_id).order_by(KeptForm.id.desc())
    kept = session.scalars(newest.limit(settings().session.forms_at_most)).all()
    session.execute(delete(KeptForm).where(KeptForm.account_id == account_id, KeptForm.id.not_in(kept)))


def waits(session: Session, account_id: int, path: str) -> bool:
    """Whether a form of a page is kept for an account."""
    return bool(session.scalar(select(exists().where(KeptForm.account_id == account_id, KeptForm.path == path))))


def take_form(session: Session, account_id: int, path: str, *, secret: str, now: datetime) -> Mapping[str, str]:
    """Give a kept form back, once; nothing when it is too old or was sealed for another browser."""
    forget_forms(session, now)
    mine = select(KeptForm.sealed).where(KeptForm.account_id == account_id, KeptForm.path == path)
    block = session.scalar(mine)
    _drop(session, account_id, path)
    return {} if block is None else _unseal(secret, account_id, path, block)


def newest_path(session: Session, account_id: int, now: datetime) -> str:
    """The page of the form that was kept last for an account; empty when there is none."""
    since = now - settings().session.form
    mine = select(KeptForm.path).where(KeptForm.account_id == account_id, KeptForm.kept_at > since)
    return session.scalar(mine.order_by(KeptForm.id.desc()).limit(1)) or ""


def forget_forms(session: Session, now: datetime) -> None:
    """Forget the forms that nobody came back for in time."""
    session.execute(delete(KeptForm).where(KeptForm.kept_at <= now - settings().session.form))


def _drop(session: Session, account_id: int, path: str) -> None:
    session.execute(delete(KeptForm).where(KeptForm.account_id == account_id, KeptForm.path == path))


def _key(secret: str) -> bytes:
    return hashlib.sha256(f"kept form|{secret}".encode()).digest()


def _bound(account_id: int, path: str) -> bytes:
    return f"{account_id}|{path}".encode()


def _seal(secret: str, account_id: int, path: str, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret)).encrypt(nonce, content, _bound(account_id, path))


def _unseal(secret: str, account_id: int, path: str, block: bytes) -> Mapping[str, str]:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        content = AESGCM(_key(secret)).decrypt(block[:_NONCE], block[_NONCE:], _bound(account_id, path))
    except InvalidTag:
        return {}
    fields: dict[str, str] = json.loads(content)
    return fields
