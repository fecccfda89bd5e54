"""Table of who lives in a household, sealed: without the key of the identities it says nothing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.review.store.base import NUMBER_LENGTH, REGION_LENGTH, Base


class HouseholdPersons(Base):
    """Names, telephone and address of a household on a list, encrypted with a key that is not in the database."""

    __tablename__ = "household_persons"

    household_id: Mapped[str] = mapped_column(String(NUMBER_LENGTH), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(REGION_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[dt.datetime]
