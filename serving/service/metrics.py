"""Counts and times by route and status, never by what a caller wrote; of all workers together."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

# Seconds: around the service's own aim of 20 ms for one child and 300 ms for a village.
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(slots=True)
class Timed:
    """A request being answered; ``status`` is what it got."""

    status: int = 0


class Metrics:
    """The measures of one worker. prometheus_client is imported here: BentoML names its folder first."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        own = CollectorRegistry()
        self._registry = own
        self._seconds = Histogram(
            "mopai_request_seconds", "Seconds to answer", ("route", "status"), buckets=_BUCKETS, registry=own
        )
        self._records = Counter("mopai_records", "Children asked for, by what they got", ("status",), registry=own)

    @contextmanager
    def timed(self, route: str) -> Iterator[Timed]:
        """Time a request."""
        started, timed = time.perf_counter(), Timed()
        yield timed
        self._seconds.labels(route, str(timed.status)).observe(time.perf_counter() - started)

    def count(self, records: dict[str, int]) -> None:
        """Count the children of an answer by status."""
        for status, number in records.items():
            if number:
                self._records.labels(status).inc(number)

    def text(self) -> tuple[bytes, str]:
        """All workers' measures in the text format of Prometheus, with its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess

        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry), CONTENT_TYPE_LATEST
        everyone = CollectorRegistry()
        collector: Any = multiprocess.MultiProcessCollector
        collector(everyone)
        return generate_latest(everyone), CONTENT_TYPE_LATEST
