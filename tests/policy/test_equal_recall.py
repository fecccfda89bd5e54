"""Equal-recall cut-offs are data: written, read, applied, and refused where the audit refused them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from features.cli.console import UserError
from models.policy.equal_recall import EqualRecall, read_equal_recall, write_equal_recall

CUTOFFS = EqualRecall(
    model_id="m",
    group="ethnicity",
    level="region",
    cutoffs={"han": -1.0, "minority": -2.0},
    otherwise=-1.5,
    share=0.1,
    fitted_from=date(2025, 7, 1),
    fitted_to=date(2025, 9, 1),
    by_lot=True,
    refused="",
)


def test_a_group_with_a_lower_cutoff_moves_up() -> None:
    scores = np.array([-1.2, -1.9, -1.6, -9.0])
    adjusted = CUTOFFS.adjusted(scores, ["han", "minority", "unheard", "han"])
    assert adjusted == pytest.approx([-0.2, 0.1, -0.1, -8.0])


def test_what_was_refused_is_not_applied() -> None:
    with pytest.raises(UserError, match="refused: no_lots"):
        replace(CUTOFFS, refused="no_lots").adjusted(np.zeros(1), ["han"])


def test_cutoffs_are_read_as_they_were_written_and_are_off() -> None:
    (read,) = read_equal_recall(write_equal_recall([CUTOFFS]))
    assert read == CUTOFFS
    assert not read.switched_on


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2, "cutoffs": []}', '{"format": 1, "cutoffs": [{}]}'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="not equal-recall cut-offs"):
        read_equal_recall(text)
