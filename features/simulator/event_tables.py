"""The event tables: visits, assessments, findings and the frames of lists."""

from __future__ import annotations

import numpy as np
import polars as pl

from features.definition.structure import (
    ASSESSMENTS,
    ASSIGNMENTS,
    CHILD,
    CLOSES,
    DOMAIN,
    DOMAINS_ASSESSED,
    DUE_ON,
    FINDING,
    FINDINGS,
    HOUSEHOLD,
    MET,
    OPENS,
    PURPOSE,
    SEEN,
    SEVERITY,
    STATUS,
    VISIT,
    VISITED_ON,
    VISITOR,
    VISITS,
)
from features.simulator import words
from features.simulator.ink import Ink, Letters, bit_series, code_series, day_series, gaps
from features.simulator.population import Ints


def visit_record_days(ink: Ink) -> Ints:
    """Days on which visits, with everything seen on them, are recorded; by the visit's number."""
    log, rules = ink.story.visits.joined(), ink.settings.recording
    factor = ink.of_county(ink.story.scene.places.delay, log["household"])
    recorded = log["day"] + ink.clerk.delays(rules.visit_delay, factor, same_day=rules.same_day)
    return np.asarray(np.maximum(recorded, ink.known.household[log["household"]]))


def visits_table(ink: Ink, recorded: Ints) -> pl.DataFrame:
    """Every visit and attempt."""
    log, letters, rules = ink.story.visits.joined(), Letters(), ink.settings.recording
    home, day = log["household"], log["day"]
    columns = {
        VISIT: ink.names(letters.visit, np.arange(len(home))),
        HOUSEHOLD: ink.names(letters.household, home),
        VISITED_ON: day_series(day),
        VISITOR: pl.Series(ink.story.scene.places.visitor_code).gather(log["visitor"]),
        PURPOSE: code_series(log["purpose"], words.Purpose),
        MET: pl.Series(log["met"]),
    }
    ids = ink.row_ids()
    frame = ink.finish(VISITS, columns, (day, recorded), home, ids)
    wrong = ink.wrong(rules.wrong_visit, home)
    return ink.clerk.with_errors(frame, wrong, rules.wrong_visit_columns, (VISIT,), ids)


def assessments_table(ink: Ink, recorded: Ints) -> pl.DataFrame:
    """Every child on a met visit; children who were not seen were not looked at in any domain."""
    log, letters = ink.story.findings.assessments.joined(), Letters()
    columns = {
        VISIT: ink.names(letters.visit, log["visit"]),
        CHILD: ink.names(letters.child, log["child"]),
        SEEN: pl.Series(log["seen"]),
        DOMAINS_ASSESSED: bit_series(log["domains"], words.Domain),
    }
    dates = (log["day"], np.maximum(recorded[log["visit"]], ink.known.child[log["child"]]))
    return ink.finish(ASSESSMENTS, columns, dates, log["household"], ink.row_ids())


def findings_table(ink: Ink, visit_recorded: Ints) -> pl.DataFrame:
    """Every finding, and its closing as a later row of the same number, valid from the next day at the earliest."""
    log, letters, rules = ink.story.findings.rows.joined(), Letters(), ink.settings.recording
    opening, finding = log["opening"], log["finding"]
    day = np.where(opening, log["day"], np.maximum(log["day"], log["day"][finding] + 1)).astype(np.int32)
    told = {name: log[name][finding] for name in ("visit", "household", "child", "severity", "due", "domain")}
    child_known = np.where(told["child"] >= 0, ink.known.child[told["child"]], 0)
    opened = np.maximum(visit_recorded[told["visit"]], child_known)
    factor = ink.of_county(ink.story.scene.places.delay, told["household"])
    later = np.maximum(day + ink.clerk.delays(rules.visit_delay, factor, same_day=rules.same_day), opened + 1)
    texts = pl.Series([ink.settings.finding.actions[code] for code in words.Domain.codes()])
    columns = {
        FINDING: ink.names(letters.finding, finding),
        VISIT: ink.names(letters.visit, told["visit"]),
        HOUSEHOLD: ink.names(letters.household, told["household"]),
        CHILD: ink.names(letters.child, told["child"]),
        DOMAIN: code_series(told["domain"], words.Domain),
        SEVERITY: pl.Series(told["severity"]),
        STATUS: code_series(log["status"], words.Status),
        OPENS: day_series(day[finding]),
        CLOSES: day_series(day, opening),
        DUE_ON: day_series(told["due"]),
        "action": texts.gather(told["domain"].astype(np.uint32)),
    }
    ids = ink.row_ids()
    dates = (day, np.where(opening, opened, later).astype(np.int32))
    frame = ink.finish(FINDINGS, columns, dates, told["household"], ids)
    wrong = opening & ink.wrong(rules.wrong_finding, told["household"])
    return ink.clerk.with_errors(frame, wrong, rules.wrong_finding_columns, (FINDING,), ids)


def assignments_table(ink: Ink, visit_recorded: Ints) -> pl.DataFrame:
    """The whole frame of every list, and what became of those drawn as rows recorded on a later day.

    The frame's size is filled in when the county is put together: only then are all its households there.
    """
    frame, outcome = ink.story.book.assignments.joined(), ink.story.book.outcomes.joined()
    log = {name: np.concatenate([frame[name], outcome[name]]) for name in frame}
    list_days = np.array(ink.story.list_days, np.int32)
    home, number, visit = log["household"], log["number"], log["visit"]
    homes, places = ink.story.scene.people.households, ink.story.scene.places
    moved = homes.move_day[home] <= list_days[number]
    county = np.where(moved, places.county[homes.village[home]], ink.county)
    drawn_up = np.maximum(list_days[number], ink.known.household[home])
    # A household that nobody visited (-1) reads the last entry, which stands for no visit at all.
    seen_to = np.maximum(log["day"], np.append(visit_recorded, 0)[visit])
    became = np.maximum(seen_to, drawn_up + 1)
    recorded = np.where(np.arange(len(home)) < len(frame["household"]), drawn_up, became)
    removed = pl.Series([*ink.settings.lists.removed, None], dtype=pl.String)
    columns = {
        "list_id": list_names(county, number),
        HOUSEHOLD: ink.names(Letters().household, home),
        "as_of": day_series(list_days[number]),
        "model_id": pl.repeat(ink.settings.lists.model, len(home), eager=True),
        "stratum": code_series(log["stratum"], words.Stratum),
        "frame_size": gaps(pl.Series(number), np.ones(len(home), bool)),
        "inclusion_probability": pl.Series(log["inclusion_probability"]),
        "drawn": pl.Series(log["drawn"]),
        "removed_reason": removed.gather(np.where(log["removed"] < 0, removed.len() - 1, log["removed"])),
        VISIT: ink.names(Letters().visit, visit),
    }
    return ink.finish(ASSIGNMENTS, columns, (log["day"], recorded), home, ink.row_ids())


def list_names(county: Ints, number: Ints) -> pl.Series:
    """Identifiers of lists: the county and the list's number in it."""
    counties, numbers = (pl.Series(values).cast(pl.String).str.zfill(4) for values in (county, number))
    return "L" + counties + numbers
