"""How fast a run goes, for its progress bar."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Children scored since the start, and how many that is a second."""

    started: float = field(default_factory=time.monotonic)
    children: int = 0

    def add(self, children: int) -> None:
        """Count the children of one more county."""
        self.children += children

    def words(self) -> str:
        """The pace in both languages."""
        rate = self.children / max(time.monotonic() - self.started, 1e-9)
        return f"{rate:,.0f} 名儿童/秒 children/s"
