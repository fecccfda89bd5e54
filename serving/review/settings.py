"""The limits of the review application, read once from ``review.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What a password must be and how it is hashed."""

    characters_at_least: int
    characters_at_most: int
    different_at_least: int
    name_at_least: int
    memory_kib: int
    passes: int
    lanes: int


@dataclass(frozen=True, slots=True)
class LockOut:
    """When wrong passwords make a name or an address wait."""

    free_attempts: int
    first_wait: timedelta
    longest_wait: timedelta
    window: timedelta
    address_attempts: int


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """How long a session lasts unused, how long at most, and how often its use is written down.

    ``form``: how long a form that came too late is kept, and ``forms_at_most`` how many of an account.
    """

    idle: timedelta
    longest: timedelta
    touch: timedelta
    provider: timedelta
    form: timedelta
    forms_at_most: int


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """All limits; see ``review.toml`` for the reason of each."""

    busy_milliseconds: int
    time_zone: ZoneInfo
    password: PasswordRules
    lock_out: LockOut
    session: SessionTimes
    page_items: int
    log_entries: int
    form_bytes: int
    upload_bytes: int
    answer_seconds: float
    note_characters: int
    near_days: int
    region_digits: Mapping[str, tuple[int, ...]]
    reasons: Mapping[str, tuple[str, ...]]
    purposes: Mapping[str, str]

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment where the work is done."""
        return moment.astimezone(self.time_zone).date()


@lru_cache(maxsize=1)
def settings() -> ReviewSettings:
    """Read the limits once."""
    raw = tomllib.loads(Path(__file__).with_name("review.toml").read_text(encoding="utf-8"))
    page, lock, session = raw["page"], raw["lock_out"], raw["session"]
    return ReviewSettings(
        busy_milliseconds=raw["database"]["busy_milliseconds"],
        time_zone=ZoneInfo(raw["day"]["time_zone"]),
        password=PasswordRules(**raw["password"]),
        lock_out=LockOut(
            free_attempts=lock["free_attempts"],
            first_wait=timedelta(seconds=lock["first_wait_seconds"]),
            longest_wait=timedelta(seconds=lock["longest_wait_seconds"]),
            window=timedelta(seconds=lock["window_seconds"]),
            address_attempts=lock["address_attempts"],
        ),
        session=SessionTimes(
            idle=timedelta(minutes=session["idle_minutes"]),
            longest=timedelta(hours=session["hours_at_most"]),
            touch=timedelta(seconds=session["touch_seconds"]),
            provider=timedelta(minutes=session["provider_minutes"]),
            form=timedelta(minutes=session["kept_form_minutes"]),
            forms_at_most=session["kept_forms_at_most"],
        ),
        page_items=page["items"],
        log_entries=page["log_entries"],
        form_bytes=page["form_bytes_at_most"],
        upload_bytes=page["upload_bytes_at_most"],
        answer_seconds=page["answer_seconds_at_most"],
        note_characters=page["note_characters_at_most"],
        near_days=raw["list"]["near_days"],
        region_digits={role: tuple(digits) for role, digits in raw["regions"].items()},
        reasons={status: tuple(codes) for status, codes in raw["reasons"].items()},
        purposes=dict(raw["purposes"]),
    )
