"""The rules of reports: whole, sourced, and refused when they name what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.cli.console import UserError
from features.definition import load_definition
from serving.review.report_rules import FILE, read_rules, report_rules
from serving.review.visit_settings import visit_settings


def test_every_danger_and_every_severe_need_is_reported() -> None:
    rules, definition = report_rules(), load_definition()
    for domain in definition.domains:
        for danger in rules.dangers:
            found = rules.rule_for(danger, domain, 1)
            assert found is not None
            assert "police" in found.recipients, "the law names the police for each of them"
        worst = max(definition.severities)
        assert rules.rule_for(None, domain, worst) is not None
        assert rules.rule_for(None, domain, worst - 1) is None


def test_every_rule_has_its_law_its_steps_and_what_to_do() -> None:
    rules = report_rules()
    for rule in rules.rules:
        assert rule.basis
        assert rule.recipients
        assert rule.steps
        assert rule.do
        assert rules.rule(rule.code) is rule
    assert rules.rule("nothing") is None
    assert all(one.source for one in (*rules.basis.values(), *rules.phones.values()))
    named = {number for one in rules.recipients.values() for number in one.phones}
    assert named <= set(rules.phones)
    assert all(len(code) <= 32 for code in (*rules.basis, *rules.recipients, *rules.told, *rules.dangers))


def test_codes_of_actions_fit_the_column() -> None:
    assert all(len(code) <= 32 for code in visit_settings().actions)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('basis = ["minors_11"]', 'basis = ["no_law"]', "basis.no_law"),
        ('recipients = ["education", "township"]', 'recipients = ["nobody"]', "recipients.nobody"),
        ('dangers = ["violence"]', 'dangers = ["dragon"]', "dangers.dragon"),
        ('phones = ["120"]', 'phones = ["000"]', "phones.000"),
        ('{ after_hours = 1, to = "township_supervisor" }', '{ after_hours = 1, to = "x" }', "told.x"),
        ("after_hours = 72", "after_hours = 2", "do not rise"),
        ("deadline_hours = 2 ", "deadline_hours = 'soon' ", "deadline_hours"),
    ],
)
def test_a_rule_that_names_what_is_not_there_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert was in text
    changed = tmp_path / "report.toml"
    changed.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_rules(changed)
