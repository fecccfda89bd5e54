"""One of a thing, in English, where a template speaks in the plural."""

from __future__ import annotations

import re

_ONE_OF_MANY = re.compile(r"(?<![\d.,])1 (time|day|year|visit|row|pair)s\b")


def singular(text: str) -> str:
    """A text with '1 row' for '1 rows', and so on for what templates count; '21 rows' and '0.1 years' stay."""
    return _ONE_OF_MANY.sub(r"1 \1", text)
