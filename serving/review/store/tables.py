"""Every table in one place, for migrations and for what must know them all."""

from __future__ import annotations

from serving.review.store import accounts, decisions, kept_forms, lists, persons, trail, visits
from serving.review.store.base import Base

METADATA = Base.metadata
MODULES = (accounts, lists, decisions, visits, persons, trail, kept_forms)
