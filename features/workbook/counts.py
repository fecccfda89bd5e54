"""What an intake found and did, as numbers and choices: the head of its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IntakeCounts:
    """Numbers of one workbook's check or import.

    Attributes:
        read: rows of children that were read.
        new: rows that are in order and new to the ledger.
        repeated: rows the ledger holds already, as they are.
        rejected: rows with an error.
        children: different children in the good rows.
        households: households they live in.
        left_out: why rows were left out (a code such as ``total`` or ``example``) -> how many.
        defaults: field -> value used for every row, where the sender gives none.
        imported: whether the good rows are in the ledger now; false after a check.
        simulated: whether the rows are made up.
        sender: whose mapping was used; "" for the template's own headings.
        rejects: name of the workbook with the rejected rows to correct; "" when there is none.
        next_command: what to type next; "" when there is nothing to do.
    """

    read: int
    new: int
    repeated: int
    rejected: int
    children: int = 0
    households: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    imported: bool = False
    simulated: bool = False
    sender: str = ""
    rejects: str = ""
    next_command: str = ""
