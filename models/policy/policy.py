"""The policy of a region on a day: which visits are demanded, when, and in what order. All of it is dated data."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.cli.console import UserError
from features.definition import Definition, Label
from features.definition.condition import Condition
from features.definition.structure import CHILDREN, COUNTY_DIGITS, HOUSEHOLDS
from models.policy.due_dates import INTERVAL, NOT_ASSESSED, VisitIntervals, read_visit_intervals
from models.policy.levels import LevelScale, read_levels
from models.policy.lists.rules import ListRules, read_list_rules
from models.policy.open_findings import OPEN_FINDING, FollowUp, read_follow_up
from models.policy.red_items import RED_ITEM, RedItem, read_red_item
from models.policy.section import Section

POLICIES = Path(__file__).resolve().parent / "policies"

_SECTIONS = ("policy", "period", "levels", "red_items", "visits", "follow_up", "order", "lists")


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force in a region from a day on.

    ``region`` is the beginning of the region codes it holds for, empty for everywhere. ``definition`` is the ledger
    definition whose columns it speaks of, empty for any. ``period_days`` says how far ahead a due visit is a duty
    now. ``most_severe_first`` orders the kinds of rule. ``lists``: None where nothing is said about lists. ``id`` names
    the content: name, first day, hash.
    """

    id: str
    name: str
    definition: str
    region: str
    effective_from: dt.date
    label: Label
    source: str
    period_days: int
    levels: LevelScale | None
    red_items: tuple[RedItem, ...]
    intervals: VisitIntervals
    follow_up: FollowUp
    most_severe_first: tuple[str, ...]
    tie_seed: str
    lists: ListRules | None = None

    def check(self, definition: Definition) -> None:
        """Refuse a policy that does not fit a ledger definition.

        Raises:
            UserError: a rule names a column the definition lacks, or a level of the ledger is not one of the policy's.
        """
        known = {**definition.tables[HOUSEHOLDS].columns, **definition.tables[CHILDREN].columns}
        for place, column in self._columns():
            if column not in known:
                raise UserError(
                    f"policy {self.name}, {place}: the ledger definition '{definition.name}' has no column '{column}'",
                    "name a column of its children or households, or give another policy with --policy",
                )
        for item in self.red_items:
            for part in (part for case in item.cases for part in case.parts):
                self._check_codes(f"red item {item.id}", part, definition.code_values(known[part.column]))
        if self.levels is not None:
            levels = Condition(self.levels.column, "in", self.levels.codes)
            self._check_codes("levels", levels, definition.code_values(known[self.levels.column]), whole=True)

    def _check_codes(self, place: str, part: Condition, codes: Sequence[str], *, whole: bool = False) -> None:
        named = set(part.value) if isinstance(part.value, tuple) else {part.value}
        foreign = sorted(str(code) for code in (named ^ set(codes) if whole else named - set(codes)))
        if codes and part.test != "is_null" and foreign:
            raise UserError(
                f"policy {self.name}, {place}: {part.column} and the ledger definition differ in {', '.join(foreign)}",
                f"codes of the ledger: {', '.join(codes)}",
            )

    def _columns(self) -> list[tuple[str, str]]:
        columns = [(f"red item {item.id}", column) for item in self.red_items for column in item.columns]
        if self.levels is not None:
            names = (self.levels.column, self.levels.assessed_on, self.levels.assessed_by)
            columns.extend(("levels", name) for name in names)
        return columns


def load_policy(path: Path) -> Policy:
    """Read one policy file.

    Raises:
        UserError: the file is missing, is no TOML or breaks a rule; the message says where.
    """
    raw = _with_base(path, _read_toml(path))
    section = Section(raw, str(path)).only(*_SECTIONS)
    head = section.inner("policy").only(
        "name", "definition", "region", "effective_from", "source", "zh", "en", "based_on"
    )
    order = section.inner("order").only("most_severe_first", "tie_seed")
    policy = Policy(
        id=f"{head.text('name')}@{head.day('effective_from')}#{_content_hash(raw)[:12]}",
        name=head.text("name"),
        definition=head.text("definition"),
        region=_region(head),
        effective_from=head.day("effective_from"),
        label=head.label(),
        source=head.text("source"),
        period_days=section.inner("period").only("days", "source").whole("days"),
        levels=read_levels(section.inner("levels")) if "levels" in raw else None,
        red_items=tuple(read_red_item(row) for row in section.each("red_items")) if "red_items" in raw else (),
        intervals=read_visit_intervals(section.inner("visits")) if "visits" in raw else _NO_INTERVALS,
        follow_up=read_follow_up(section.inner("follow_up")),
        most_severe_first=order.texts("most_severe_first"),
        tie_seed=order.text("tie_seed"),
        lists=read_list_rules(section.inner("lists")) if "lists" in raw else None,
    )
    _check_whole(policy, str(path))
    return policy


def load_policies(folder: Path = POLICIES) -> tuple[Policy, ...]:
    """Read every policy file of a folder, in the order of their names.

    Raises:
        UserError: a file is no policy, or two hold for one definition and region from the same day.
    """
    paths: dict[tuple[str, str, dt.date], Path] = {}
    policies = []
    for path in sorted(folder.glob("*.toml")):
        policy = load_policy(path)
        first = paths.setdefault((policy.definition, policy.region, policy.effective_from), path)
        if first != path:
            place = f"region '{policy.region}' from {policy.effective_from}"
            raise UserError(f"{path}: {first.name} too holds for {place}", "change effective_from or region of one")
        policies.append(policy)
    return tuple(policies)


def policy_for(policies: Sequence[Policy], definition: str, region: str, as_of: dt.date) -> Policy:
    """The policy in force: made for the definition, with the longest matching region, then the newest effective one.

    Policies made for any definition stand in only where none is made for this one.

    Raises:
        UserError: none is in force there on that day.
    """
    made_for = [policy for policy in policies if policy.definition == definition]
    fitting = made_for or [policy for policy in policies if not policy.definition]
    holding = [policy for policy in fitting if region.startswith(policy.region) and policy.effective_from <= as_of]
    if not holding:
        first = min((policy.effective_from for policy in fitting if region.startswith(policy.region)), default=None)
        raise UserError(
            f"no policy is in force for region {region} on {as_of}",
            f"the first one takes effect on {first}" if first else "give a policy file with --policy",
        )
    return max(holding, key=lambda policy: (len(policy.region), policy.effective_from, policy.id))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"policy file {path}: {error.strerror}", "give the path of a policy file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"policy file {path}: not valid TOML: {error}", "correct the file") from error


def _with_base(path: Path, raw: dict[str, Any]) -> dict[str, Any]:
    name = raw.get("policy", {}).get("based_on")
    if name is None:
        return raw
    base = _read_toml(path.parent / f"{name}.toml")
    if "based_on" in base.get("policy", {}):
        raise UserError(f"{path}: based on '{name}', which is itself based on another", "base it on a complete policy")
    return {**base, **raw}


def _content_hash(raw: Mapping[str, Any]) -> str:
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _region(head: Section) -> str:
    region = head.text("region")
    if region and not (region.isascii() and region.isdecimal() and len(region) <= COUNTY_DIGITS):
        raise UserError(
            f"{head.where} region: '{region}'",
            f"wanted the first digits of county codes, {COUNTY_DIGITS} at most: a policy is chosen by county",
        )
    return region


def _check_whole(policy: Policy, where: str) -> None:
    forced = {item.forces for item in policy.red_items}
    levels = {*policy.levels.codes, NOT_ASSESSED} if policy.levels is not None else forced
    given = set(policy.intervals.by_level)
    if missing := sorted(levels - given):
        raise UserError(f"{where} [visits.intervals]: none for {', '.join(missing)}", "give every level its interval")
    if unknown := sorted((given | forced) - levels):
        raise UserError(f"{where}: {', '.join(unknown)} is no level", f"levels: {', '.join(sorted(levels)) or 'none'}")
    if missing := sorted(_kinds(policy) - set(policy.most_severe_first)):
        raise UserError(f"{where} [order] most_severe_first: no {', '.join(missing)}", "list every kind of rule")
    if len({item.id for item in policy.red_items}) != len(policy.red_items):
        raise UserError(f"{where} [red_items]: an id stands twice", "give every item its own id")


def _kinds(policy: Policy) -> set[str]:
    red = {RED_ITEM} if policy.red_items else set()
    intervals = {f"{INTERVAL}:{level}" for level in policy.intervals.by_level}
    return red | intervals | {f"{OPEN_FINDING}:{severity}" for severity in policy.follow_up.days}


_NO_INTERVALS = VisitIntervals(Label(zh="", en=""), "", {})
