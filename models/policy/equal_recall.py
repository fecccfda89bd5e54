"""Group cut-offs that equalise recall on a list of unchanged length. Off unless a policy switches them on.

A cut-off is the score above which a group's children are listed. Taking it from the score and ordering what is left
gives a list of any length on which each group's needs are found about equally often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from features.cli.console import UserError

FORMAT: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class EqualRecall:
    """Cut-offs of one kind of group, and what they rest on.

    ``group``: the kind of group as the definition names it. ``level``: where the places are counted: region, county or
    township. ``cutoffs``: score per group, in log-odds; a group that is not named takes ``otherwise``. ``by_lot``:
    fitted on households drawn with a known chance. ``refused``: why they may not be used; "" when they may.
    ``switched_on`` stays false until a policy says otherwise.
    """

    model_id: str
    group: str
    level: str
    cutoffs: Mapping[str, float]
    otherwise: float
    share: float
    fitted_from: date
    fitted_to: date
    by_lot: bool
    refused: str
    switched_on: bool = False

    def adjusted(self, scores: npt.NDArray[np.float64], groups: Sequence[str]) -> npt.NDArray[np.float64]:
        """Scores less the cut-off of each child's group, shape (n,): the order of an equal-recall list.

        Raises:
            UserError: the cut-offs were refused.
        """
        if self.refused:
            raise UserError(
                f"equal recall by {self.group} was refused: {self.refused}", "leave the switch off, or train again"
            )
        return less_cutoffs(scores, groups, self.cutoffs, self.otherwise)


def less_cutoffs(
    scores: npt.NDArray[np.float64], groups: Sequence[str], cutoffs: Mapping[str, float], otherwise: float
) -> npt.NDArray[np.float64]:
    """Scores less the cut-off of each group, shape (n,); a group that is not named takes ``otherwise``."""
    return scores - np.array([cutoffs.get(group, otherwise) for group in groups], dtype=np.float64)


def write_equal_recall(cutoffs: Sequence[EqualRecall]) -> str:
    """Cut-offs of several kinds of groups as JSON text."""
    return _KEPT.dump_json(_Kept(FORMAT, tuple(cutoffs)), indent=1).decode()


def read_equal_recall(text: str) -> tuple[EqualRecall, ...]:
    """The cut-offs that ``write_equal_recall`` wrote.

    Raises:
        UserError: the text is not what it writes.
    """
    try:
        return _KEPT.validate_json(text).cutoffs
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise UserError(f"not equal-recall cut-offs: {place} {first['msg']}", "audit the model again") from error


@dataclass(frozen=True, slots=True)
class _Kept:
    """What lies in a file."""

    format: Literal[1]
    cutoffs: tuple[EqualRecall, ...]


_KEPT: TypeAdapter[_Kept] = TypeAdapter(_Kept)
