"""The regions of the training mode: a county that does not exist, and in it a village for each account."""

from __future__ import annotations

# No code of GB/T 2260 begins with 00.
PRACTICE_COUNTY = "000000"
_ACCOUNTS = 10**6


def practice_region(account_id: int) -> str:
    """The village in which an account practises."""
    return f"{PRACTICE_COUNTY}{account_id % _ACCOUNTS:06d}"


def is_practice(region_code: str) -> bool:
    """Whether a region is one of the training mode."""
    return region_code.startswith(PRACTICE_COUNTY)
