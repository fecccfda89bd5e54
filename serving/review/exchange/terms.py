"""What a list was shared out by: its capacity, its rules, and the reasons for which a hand may change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

Both = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """How the visits of a list were shared out as it was drawn, by which policy.

    ``visits`` is what there was room for; ``duties`` came first, ``random`` places fell by lot, ``certain`` ones by
    carry-over, open findings and order. ``per_director``: visits of one director; 0 where it is not known. The
    reasons are the policy's, by code, in both languages.
    """

    policy: str = ""
    visits: int = 0
    duties: int = 0
    random: int = 0
    certain: int = 0
    per_director: int = 0
    add_reasons: Mapping[str, Both] = field(default_factory=dict)
    remove_reasons: Mapping[str, Both] = field(default_factory=dict)

    @property
    def overloaded(self) -> bool:
        """Duties alone were more than there was room for."""
        return self.duties > self.visits

    @property
    def known(self) -> bool:
        """Whether the list said how it was shared out."""
        return bool(self.policy)

    def content(self) -> dict[str, Any]:
        """The terms as plain data."""
        return asdict(self)

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Terms:
        """Read what ``content`` made; an empty mapping is a list that said nothing."""
        return _reader().validate_python(raw)


@lru_cache(maxsize=1)
def _reader() -> TypeAdapter[Terms]:
    return TypeAdapter(Terms)
