"""The form of a visit: what was typed, as it was typed, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from serving.review.store.visits import VisitRecord
from serving.review.visit_settings import visit_settings
from serving.review.web.ask import whole
from serving.review.work.visit_entry import Answer, Found, Look, OpenNeed, VisitEntry

HOUSEHOLD = "-"
"""What the field of whose need it is holds for the household's own."""

_YES, _NO = "yes", "no"
_SAID = {_YES: True, _NO: False}


@dataclass(frozen=True, slots=True)
class TypedChild:
    """What was typed of a child. ``whole``: everything was looked at."""

    child_id: str
    seen: str = ""
    domains: frozenset[str] = frozenset()
    whole: bool = False

    def onto(self, saved: TypedChild | None) -> TypedChild:
        """The same with what somebody else saw: looked at by either is looked at."""
        if saved is None or (self.seen and self.seen != saved.seen):
            return self
        return replace(saved, domains=self.domains | saved.domains, whole=self.whole or saved.whole)


@dataclass(frozen=True, slots=True)
class TypedFinding:
    """A row for a finding."""

    finding_id: str = ""
    who: str = ""
    domain: str = ""
    severity: str = ""
    danger: str = ""
    action: str = ""
    due: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into it."""
        return not (self.who or self.domain or self.severity or self.danger or self.action or self.due)


@dataclass(frozen=True, slots=True)
class Typed:
    """The whole form. ``visit`` is the key of the visit that is corrected, empty for another one."""

    visit: str
    mark: str
    on: str
    met: str
    reason: str
    purpose: str
    next_on: str
    children: tuple[TypedChild, ...]
    findings: tuple[TypedFinding, ...]
    answers: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0

    def padded(self) -> tuple[TypedFinding, ...]:
        """The rows of findings with blank ones behind."""
        blank = max(self.rows - len(self.findings), 0)
        return self.findings + (TypedFinding(),) * min(blank, visit_settings().rows_at_most - len(self.findings))

    def onto(self, saved: Typed) -> Typed:
        """What was typed as a correction of a visit that somebody saved meanwhile; where nothing was typed, theirs."""
        theirs = {child.child_id: child for child in saved.children}
        mine = {row.finding_id for row in self.findings if row.finding_id}
        return replace(
            self,
            visit=saved.visit,
            mark=saved.mark,
            reason=self.reason or saved.reason,
            next_on=self.next_on or saved.next_on,
            children=tuple(child.onto(theirs.get(child.child_id)) for child in self.children),
            findings=(*self.findings, *(row for row in saved.findings if row.finding_id not in mine)),
            answers={**saved.answers, **self.answers},
        )

    def one_more(self) -> Typed:
        """The same with another blank row."""
        return replace(self, rows=max(self.rows, len(self.findings)) + 1)


def typed_of(
    form: Mapping[str, str], children: Sequence[str], needs: Sequence[OpenNeed], domains: Collection[str]
) -> Typed:
    """What a sent form says, blank findings left out."""

    def text(name: str) -> str:
        return form.get(name, "").strip()

    rows = [_finding(form, turn) for turn in range(visit_settings().rows_at_most)]
    said = text("rows")
    return Typed(
        visit=text("visit"),
        mark=text("mark"),
        on=text("on"),
        met=text("met"),
        reason=text("reason"),
        purpose=text("purpose"),
        next_on=text("next"),
        children=tuple(_child(form, child, domains) for child in children),
        findings=tuple(row for row in rows if not row.blank),
        answers={need.finding_id: answer for need in needs if (answer := text(f"need:{need.finding_id}"))},
        rows=int(said) if said.isascii() and said.isdecimal() and len(said) < 3 else visit_settings().rows,
    )


def typed_from(
    record: VisitRecord | None, mark: str, children: Sequence[str], domains: Collection[str], fresh: Mapping[str, str]
) -> Typed:
    """The form of a visit as it is kept; of another visit, with what is preset for it."""
    if record is None:
        blank = tuple(TypedChild(child) for child in children)
        return Typed("", mark, fresh["on"], "", "", fresh["purpose"], "", blank, (), rows=visit_settings().rows)
    seen = {child.child_id: child for child in record.seen}
    kept = tuple(
        TypedChild(
            child,
            "" if child not in seen else _YES if seen[child].seen else _NO,
            frozenset(seen[child].domains if child in seen else ()),
            child in seen and set(seen[child].domains) == set(domains),
        )
        for child in children
    )
    return Typed(
        visit=str(record.id),
        mark=mark,
        on=str(record.visited_on),
        met=_YES if record.met else _NO,
        reason=record.reason or "",
        purpose=record.purpose,
        next_on=_day(record.next_on),
        children=kept,
        findings=findings_of(record),
        answers={one.finding_id: "closed" if one.closed else "open" for one in record.follow_ups},
        rows=max(visit_settings().rows, len(record.standing_findings) + 1),
    )


def findings_of(record: VisitRecord) -> tuple[TypedFinding, ...]:
    """The findings of a visit as rows of its form."""
    return tuple(
        TypedFinding(
            one.finding_id,
            one.child_id or HOUSEHOLD,
            one.domain,
            str(one.severity),
            one.danger or "",
            one.action or "",
            _day(one.due_on),
        )
        for one in record.standing_findings
    )


def entry_of(
    typed: Typed, item_id: int, needs: Sequence[OpenNeed], domains: Collection[str], today: date
) -> tuple[VisitEntry, dict[str, str]]:
    """What a form says, and the faults of what it does not say; where a fault is, the entry holds a stand-in."""
    faults: dict[str, str] = {}

    def day(value: str, place: str) -> date | None:
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            faults[place] = "visit_date"
            return None

    on = day(typed.on, "on")
    if on is None:
        faults.setdefault("on", "visit_day")
    met = _SAID.get(typed.met)
    if met is None:
        faults["met"] = "visit_met"
    said = typed.answers
    found = []
    for turn, row in enumerate(typed.findings):
        if not row.who:
            faults[f"f{turn}_who"] = "visit_who"
        found.append(_found(row, day(row.due, f"f{turn}_due")))
    return VisitEntry(
        item_id=item_id,
        mark=typed.mark,
        visited_on=on or today,
        met=met is not False,
        purpose=typed.purpose,
        visit_pk=whole(typed.visit),
        reason=typed.reason or None,
        looks=tuple(_look(child, domains) for child in typed.children),
        found=tuple(found),
        answers=tuple(Answer(need, said[need.finding_id] == "closed") for need in needs if need.finding_id in said),
        next_on=day(typed.next_on, "next"),
    ), faults


def _look(child: TypedChild, domains: Collection[str]) -> Look:
    looked = domains if child.whole else child.domains
    return Look(child.child_id, _SAID.get(child.seen), tuple(sorted(looked)))


def _found(row: TypedFinding, due_on: date | None) -> Found:
    return Found(
        domain=row.domain,
        severity=int(row.severity) if row.severity in set("0123456789") else None,
        child_id=row.who if row.who not in ("", HOUSEHOLD) else None,
        danger=row.danger or None,
        action=row.action or None,
        due_on=due_on,
        finding_id=row.finding_id,
    )


def _child(form: Mapping[str, str], child_id: str, domains: Collection[str]) -> TypedChild:
    ticked = frozenset(domain for domain in domains if form.get(f"looked:{child_id}:{domain}"))
    return TypedChild(child_id, form.get(f"seen:{child_id}", ""), ticked, bool(form.get(f"whole:{child_id}")))


def _finding(form: Mapping[str, str], turn: int) -> TypedFinding:
    if form.get(f"f{turn}_gone"):
        return TypedFinding()
    names = ("id", "who", "domain", "severity", "danger", "action", "due")
    return TypedFinding(*(form.get(f"f{turn}_{name}", "").strip() for name in names))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
