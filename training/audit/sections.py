"""The sections of an audit in the order of the report. A new section is one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from features.cli.console import UserError
from training.audit import known
from training.audit.context import AuditContext
from training.audit.section import Section
from training.cold import section as cold
from training.counties import section as counties
from training.design import section as design
from training.domains import section as domains
from training.fairness import ablations_section, equal_section, groups_section
from training.people import section as people
from training.replay import section as replay
from training.stability import section as stability
from training.visitor import section as visitor

SectionMaker = Callable[[AuditContext], Section]


def section_makers() -> Mapping[str, SectionMaker]:
    """What makes each section, by its key, in the order of the report."""
    return {
        known.KEY: known.section,
        stability.KEY: stability.section,
        counties.HOUSEHOLD_KEY: counties.household_section,
        counties.KEY: counties.section,
        cold.KEY: cold.section,
        design.KEY: design.section,
        replay.KEY: replay.section,
        visitor.KEY: visitor.section,
        domains.KEY: domains.section,
        groups_section.KEY: groups_section.section,
        equal_section.KEY: equal_section.section,
        ablations_section.KEY: ablations_section.section,
        people.KEY: people.section,
    }


def chosen_makers(only: Sequence[str] = ()) -> Mapping[str, SectionMaker]:
    """The sections asked for, all when none is named.

    Raises:
        UserError: there is no section of that key.
    """
    makers = section_makers()
    for key in only:
        if key not in makers:
            raise UserError(f"no section '{key}' in an audit", f"use one of: {', '.join(makers)}")
    return {key: make for key, make in makers.items() if not only or key in only}


def run_sections(context: AuditContext, makers: Mapping[str, SectionMaker]) -> tuple[Section, ...]:
    """Make the sections in order; the context's progress is told before each and at the end."""
    made = []
    for number, (key, make) in enumerate(makers.items()):
        context.progress(number, len(makers), key)
        made.append(make(context))
    context.progress(len(makers), len(makers), "done")
    return tuple(made)
