"""What became of the list before: who was drawn and still waits, and whom it did not know yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from features.definition.structure import ASSIGNMENTS, HOUSEHOLD, MET, VALID_FROM, VISIT, VISITS
from features.known import known_rows, latest_events, latest_rows
from models.policy.due_dates import LAST_MET, last_met
from models.policy.lists.period import Period
from models.policy.lists.rules import ListRules

LIST = "list_id"
AS_OF = "as_of"
DRAWN = "drawn"
REMOVED = "removed_reason"
WAITS_SINCE = "waits_since"


@dataclass(frozen=True, slots=True)
class Previous:
    """The last list each household was on the frame of.

    ``listed``: household_id, as_of, drawn, waits (drawn, and nobody was met since). ``drawn_on``: the as-of date of
    the newest list; None when there was none.
    """

    listed: pl.DataFrame
    drawn_on: dt.date | None

    @property
    def waiting(self) -> pl.DataFrame:
        """The households that still wait: household_id, waits_since."""
        return self.listed.filter(pl.col("waits")).select(HOUSEHOLD, pl.col(AS_OF).alias(WAITS_SINCE))


def list_prefix(period: Period) -> str:
    """How the numbers of all lists of a period begin."""
    return f"L{period.name}-"


def drawn_up(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of known rows whose line of the draw is among them: it is valid from the as-of date, all others later.

    Once a list is taken back, what is still told of its visits or moves says nothing of who could have been drawn.
    """
    return rows.filter(pl.col(VALID_FROM).min().over(LIST, HOUSEHOLD) <= pl.col(AS_OF))


def previous_lists(tables: Mapping[str, pl.DataFrame], rules: ListRules, period: Period, as_of: dt.date) -> Previous:
    """The lists drawn before a period, as known on ``as_of``.

    A household waits when it was drawn, nobody was met there since, and it was not taken off for a reason that ends
    the case; after the policy's days the case is too old to be carried.

    Args:
        tables: the ledger tables of a county; a definition without assignments has no lists.
        rules: say what is carried over.
        period: the period of the new list, whose own rows do not count.
        as_of: the day whose knowledge counts.
    """
    if ASSIGNMENTS not in tables:
        return Previous(_NONE, None)
    standing = drawn_up(pl.DataFrame(known_rows(tables[ASSIGNMENTS], as_of).to_native()))
    known = latest_rows(standing, (LIST, HOUSEHOLD))
    own = pl.col(LIST).str.starts_with(list_prefix(period))
    rows = pl.DataFrame(known.to_native()).filter(~own & (pl.col(AS_OF) < as_of))
    last = rows.sort(AS_OF, LIST).unique(HOUSEHOLD, keep="last", maintain_order=True)
    seen = last.join(last_met(tables, as_of), on=HOUSEHOLD, how="left", maintain_order="left")
    done = _led_to_a_meeting(tables, as_of) | (pl.col(LAST_MET) > pl.col(AS_OF)).fill_null(value=False)
    open_case = pl.col(REMOVED).is_null() | pl.col(REMOVED).is_in(list(rules.carry_over))
    recent = pl.col(AS_OF) >= as_of - dt.timedelta(days=rules.carry_over_days)
    listed = seen.select(HOUSEHOLD, AS_OF, DRAWN, (pl.col(DRAWN) & ~done & open_case & recent).alias("waits"))
    return Previous(listed.sort(HOUSEHOLD), max(rows[AS_OF].to_list(), default=None))


def _led_to_a_meeting(tables: Mapping[str, pl.DataFrame], as_of: dt.date) -> pl.Expr:
    """Whether the visit that a line names met somebody; an attempt is named too, and is none."""
    visits = pl.DataFrame(latest_events(tables, VISITS, (VISIT,), as_of).to_native())
    attempts = visits.filter(~pl.col(MET))[VISIT]
    return pl.col(VISIT).is_not_null() & ~pl.col(VISIT).is_in(attempts.implode())


_NONE = pl.DataFrame(schema={HOUSEHOLD: pl.String, AS_OF: pl.Date, DRAWN: pl.Boolean, "waits": pl.Boolean})
