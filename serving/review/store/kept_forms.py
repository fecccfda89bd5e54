"""Table of forms that came after their session had ended: sealed, for the account that filled them in alone."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.review.store.base import Base

PATH_LENGTH = 128


class KeptForm(Base):
    """What a person typed on a page, encrypted with a key that is not in the database."""

    __tablename__ = "kept_forms"
    __table_args__ = (UniqueConstraint("account_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    path: Mapped[str] = mapped_column(String(PATH_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[dt.datetime]
