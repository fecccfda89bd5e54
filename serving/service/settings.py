"""What the service runs with: folders from the environment, limits from ``service.toml``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from features.cli.console import home as default_home

KEYS_VARIABLE = "MOPAI_KEY_FILE"
SCORES_VARIABLE = "MOPAI_SCORES"
DEFINITION_VARIABLE = "MOPAI_DEFINITION"
WORKERS_VARIABLE = "MOPAI_WORKERS"
KEY_FILE = "service-keys.json"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service reads: releases under ``home``, keys, a folder of scores (maybe none), a definition by name."""

    home: Path
    key_file: Path
    scores: Path | None = None
    definition: str | None = None

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings that ``mopai serve`` hands to its workers."""
        kept = default_home()
        scores = environment.get(SCORES_VARIABLE)
        return Settings(
            home=kept,
            key_file=Path(environment.get(KEYS_VARIABLE) or kept / KEY_FILE),
            scores=Path(scores) if scores else None,
            definition=environment.get(DEFINITION_VARIABLE) or None,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force; see ``service.toml`` for the reason of each."""

    body_bytes: int
    children: int
    rows: int
    body_seconds: float
    answer_seconds: float
    computed_at_once: int
    at_once_bytes: int
    switch_seconds: float
    collected_after: int
    text_length: int
    record_children: int
    area_days: int
    poll_seconds: float
    retry_seconds: float
    session_hours: float


@lru_cache(maxsize=1)
def limits() -> Limits:
    """Read the limits once."""
    raw = tomllib.loads(Path(__file__).with_name("service.toml").read_text(encoding="utf-8"))
    request, release = raw["request"], raw["release"]
    return Limits(
        body_bytes=int(request["body_bytes_at_most"]),
        children=int(request["children_at_most"]),
        rows=int(request["rows_at_most"]),
        body_seconds=float(request["body_seconds_at_most"]),
        answer_seconds=float(request["answer_seconds_at_most"]),
        computed_at_once=int(request["computed_at_once"]),
        at_once_bytes=int(request["at_once_bytes_at_most"]),
        switch_seconds=float(request["switch_seconds"]),
        collected_after=int(request["collected_after"]),
        text_length=int(request["text_length_at_most"]),
        record_children=int(raw["record"]["children_at_most"]),
        area_days=int(raw["area"]["days_at_most"]),
        poll_seconds=float(release["poll_seconds"]),
        retry_seconds=float(release["retry_seconds"]),
        session_hours=float(raw["page"]["session_hours"]),
    )
