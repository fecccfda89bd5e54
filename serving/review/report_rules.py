"""Which findings must be reported, to whom and by when, read once from ``report.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from features.cli.console import UserError
from features.definition import Label
from features.settings_file import read_settings

FILE = Path(__file__).with_name("report.toml")


@dataclass(frozen=True, slots=True)
class Sourced:
    """Words and where they come from."""

    zh: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who takes a report, with telephone numbers."""

    zh: str
    en: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told when nobody has reported so many hours after the task was opened."""

    after_hours: int
    to: str


@dataclass(frozen=True, slots=True)
class ReportRule:
    """A rule: which findings it fits, the law behind it, whom to tell by when, what to do now, who hears if it is late.

    It fits a finding whose danger it names, or one of its severity in one of its domains (all, if it names none).
    """

    code: str
    zh: str
    en: str
    basis: tuple[str, ...]
    recipients: tuple[str, ...]
    deadline_hours: int
    steps: tuple[Step, ...]
    do: tuple[Label, ...]
    dangers: tuple[str, ...] = ()
    severity_at_least: int | None = None
    domains: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    def fits(self, danger: str | None, domain: str, severity: int) -> bool:
        """Whether a finding opens a task by this rule."""
        if danger is not None and danger in self.dangers:
            return True
        severe = self.severity_at_least is not None and severity >= self.severity_at_least
        return severe and (not self.domains or domain in self.domains)

    def due_at(self, opened_at: datetime) -> datetime:
        """When a task counts as late."""
        return opened_at + timedelta(hours=self.deadline_hours)

    def steps_by(self, opened_at: datetime, now: datetime) -> int:
        """How many steps of escalation time has brought."""
        return sum(opened_at + timedelta(hours=step.after_hours) <= now for step in self.steps)


@dataclass(frozen=True, slots=True)
class ReportRules:
    """All rules with their words; see ``report.toml``."""

    basis: Mapping[str, Sourced]
    recipients: Mapping[str, Recipient]
    phones: Mapping[str, Sourced]
    told: Mapping[str, Label]
    dangers: Mapping[str, Label]
    rules: tuple[ReportRule, ...]

    def rule_for(self, danger: str | None, domain: str, severity: int) -> ReportRule | None:
        """The first rule that fits a finding; None for a finding that need not be reported."""
        return next((rule for rule in self.rules if rule.fits(danger, domain, severity)), None)

    def rule(self, code: str) -> ReportRule | None:
        """A rule by its code; None for one that is no longer in force."""
        return next((rule for rule in self.rules if rule.code == code), None)


def read_rules(path: Path) -> ReportRules:
    """Read the rules of a file.

    Raises:
        UserError: the file cannot be read, or names something it does not hold.
    """
    rules = read_settings(path, TypeAdapter(ReportRules))
    for rule in rules.rules:
        _require(path, rule, rule.basis, rules.basis, "basis")
        _require(path, rule, rule.recipients, rules.recipients, "recipients")
        _require(path, rule, rule.dangers, rules.dangers, "dangers")
        _require(path, rule, rule.phones, rules.phones, "phones")
        _require(path, rule, tuple(step.to for step in rule.steps), rules.told, "told")
        if [step.after_hours for step in rule.steps] != sorted({step.after_hours for step in rule.steps}):
            raise UserError(f"{path} {rule.code}: the hours of its steps do not rise", "correct the file")
    return rules


@lru_cache(maxsize=1)
def report_rules() -> ReportRules:
    """The rules in force, read once."""
    return read_rules(FILE)


def _require(path: Path, rule: ReportRule, named: tuple[str, ...], held: Mapping[str, object], section: str) -> None:
    unknown = [name for name in named if name not in held]
    if unknown:
        raise UserError(f"{path} {rule.code}: no [{section}.{unknown[0]}]", "add it, or correct the rule")
