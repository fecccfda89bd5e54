"""The true needs of a population, kept apart from the ledger: no pipeline reads them."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.definition.structure import CHILD, DOMAIN, HOUSEHOLD, SEVERITY
from features.simulator import words
from features.simulator.ink import Ink, Letters, code_series, day_series
from features.simulator.recording import HOME

TRUTH = "truth"
TRUE_START = "start"
TRUE_END = "end"


def truth_table(ink: Ink) -> pl.DataFrame:
    """Every true need: child, household, domain, first and last day (null: it lasts), gravest severity."""
    log = ink.story.scene.needs.ended.joined()
    home = ink.story.scene.people.children.household[log["child"]]
    letters = Letters()
    return pl.DataFrame(
        {
            CHILD: ink.names(letters.child, log["child"]),
            HOUSEHOLD: ink.names(letters.household, home),
            DOMAIN: code_series(log["domain"], words.Domain),
            TRUE_START: day_series(log["start"]),
            TRUE_END: day_series(np.where(log["ongoing"], -1, log["end"]).astype(np.int32)),
            SEVERITY: pl.Series(log["severity"]).cast(pl.Int64),
            HOME: pl.Series(home),
        }
    )
