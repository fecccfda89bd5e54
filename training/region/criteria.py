"""When a release is fit for a county: the declared criteria, as frozen words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from features.settings_file import read_settings

CRITERIA = Path(__file__).resolve().parent / "criteria.toml"


@dataclass(frozen=True, slots=True)
class SizeRule:
    """From how many children on a county can be told apart from the reference."""

    care_children: int


@dataclass(frozen=True, slots=True)
class ShareRule:
    """From which share on a county needs care, and from which the release does not fit."""

    care: float
    not_fit: float


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """When a column is as good as empty, and how many such columns matter."""

    empty_below: float
    care: float
    not_fit: float


@dataclass(frozen=True, slots=True)
class DomainRule:
    """How many domains that cannot be seen call for care."""

    care: int


@dataclass(frozen=True, slots=True)
class GroupRule:
    """When learning hardly met a group, and which share of such children calls for care."""

    least_in_reference: int
    care: float


@dataclass(frozen=True, slots=True)
class ExpectedRule:
    """What the model must gain over the random order in counties it did not learn from."""

    least_gain: float


@dataclass(frozen=True, slots=True)
class ColdStartRule:
    """What the model must reach, measured without any visit, to be used with care where none is on record."""

    least_auc: float
    least_gain: float


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that a verdict is made by."""

    size: SizeRule
    outside: ShareRule
    inputs: ShareRule
    columns: ColumnRule
    domains: DomainRule
    groups: GroupRule
    expected: ExpectedRule
    cold_start: ColdStartRule


_CRITERIA: TypeAdapter[Criteria] = TypeAdapter(Criteria)


def load_criteria(path: Path = CRITERIA) -> Criteria:
    """Read the criteria from their data file.

    Raises:
        UserError: a value is missing or cannot be used; says where.
    """
    return read_settings(path, _CRITERIA)


def criteria_sha256(path: Path = CRITERIA) -> str:
    """The sha256 of the data file, kept with every verdict."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
