"""The whole card of a model: what training wrote, what the audit found, who approved it, and where it is in use.

Made from files alone: bundle, evidence, audit and signed rows. The card inside the bundle stays that of the training.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from features.definition import Label
from models.release.gate.check import counting
from models.release.gate.promote import Verdict
from models.release.gate.rows import SignedRow
from models.release.gate.subject import Subject
from training.card import model_label, number
from training.card_sources import CardRequest, CardSources
from training.card_words import card_words
from training.evidence import Evidence

_ENDS = ("_lower", "_upper")


def full_card(sources: CardSources) -> str:
    """The card in Markdown with YAML front matter, Chinese and English."""
    # JSON is YAML: quoted this way, no value can break out of the front matter.
    front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in _front(sources).items())
    sections = (
        _purpose(sources),
        _definitions(sources),
        _windows(sources.evidence),
        _metrics(sources.subject),
        *_audit(sources.audit),
        _criteria(sources.verdict),
        _signed(sources),
        _history(sources),
        _list("局限 Limits", [_both(one) for one in card_words().limits]),
        _contact(sources.request),
        _training(sources.training_card),
    )
    return (
        f"---\n{front}\n---\n\n# 模型说明卡 Model card: {sources.verdict.model_id}\n\n" + "\n\n".join(sections) + "\n"
    )


def _front(sources: CardSources) -> dict[str, Any]:
    request, binding, evidence = sources.request, sources.subject.binding, sources.evidence
    plan, words = evidence.plan, card_words()
    return {
        "model": "visit-risk",
        "model_id": binding.model_id,
        "bundle_sha256": binding.body_sha256,
        "audit_sha256": binding.audit_sha256,
        "simulated": evidence.simulated,
        "in_use": sources.released,
        "state_of": request.on.isoformat(),
        "definition": f"{request.definition.name} {request.definition.version}",
        "plan": plan.name,
        "horizon_days": plan.label.horizon_days,
        "places_share": plan.capacity.share,
        "windows": {name: list(days) for name, days in evidence.dates.items()},
        "purpose": request.definition.purpose,
        "not_for": [one.en for one in words.not_for],
        "licence": words.licence.en,
        "contact": request.contact or words.contact.en,
        "figures": dict(sources.subject.figures),
        "criteria": request.criteria.name,
        "criteria_met": not sources.verdict.failed,
        "refit": request.criteria.refit.en,
        "approvals": list(sources.verdict.approvals),
        "releases": list(sources.moves),
    }


def _purpose(sources: CardSources) -> str:
    said = (
        "\n\n**用模拟台账训练，与任何真实儿童无关。Made from a simulated ledger. It says nothing about real children.**"
        if sources.evidence.simulated
        else ""
    )
    not_for = _list("不得用于 Not for", [_both(one) for one in card_words().not_for])
    return f"## 用途 For\n\n{sources.request.definition.purpose}{said}\n\n{not_for}"


def _definitions(sources: CardSources) -> str:
    definition, plan = sources.request.definition, sources.evidence.plan
    lines = (
        f"台账定义 ledger definition: {definition.name} {definition.version}",
        f"标签 label: {model_label(definition, plan)}",
        f"k: {plan.capacity.share:.0%} of the cohort of each as-of date 每个时点在册儿童的比例",
        f"重新拟合 refit: {_both(sources.request.criteria.refit)}",
    )
    return _list("定义 Definitions", lines)


def _windows(evidence: Evidence) -> str:
    rows = [(name, first, last) for name, (first, last) in evidence.dates.items()]
    return "## 时间窗口 Windows\n\n" + _table(("window", "first as-of date", "last"), rows)


def _metrics(subject: Subject) -> str:
    """Every figure with its interval where there is one."""
    figures = subject.figures
    rows = [
        (name, number(value), _interval(figures, name))
        for name, value in sorted(figures.items())
        if not name.endswith(_ENDS)
    ]
    said = f"\n\n审计 Audit: {subject.audit_fault}." if subject.audit_fault else ""
    return "## 指标 Metrics\n\n" + _table(("figure", "value", "95 % interval"), rows) + said


def _interval(figures: Mapping[str, float | None], name: str) -> str:
    ends = [f"{name}{end}" for end in _ENDS]
    if not all(end in figures for end in ends):
        return ""
    lower, upper = (number(figures[end]) for end in ends)
    return f"{lower} to {upper}"


def _audit(audit: Mapping[str, Any]) -> list[str]:
    """Each section of the audit with its findings and tables: groups among them."""
    return [
        "\n\n".join(
            (
                f"## {_words(section['title'])}",
                "\n".join(f"- {_words(finding)}" for finding in section["findings"]),
                *(_audit_table(table) for table in section["tables"]),
            )
        )
        for section in audit.get("sections", {}).values()
    ]


def _audit_table(table: Mapping[str, Any]) -> str:
    columns = [_words(column) for column in table["columns"]]
    rows = [[cell if isinstance(cell, str) else _words(cell) for cell in row] for row in table["rows"]]
    return f"**{_words(table['title'])}**\n\n{_table(columns, rows)}"


def _criteria(verdict: Verdict) -> str:
    rows = [(_both(one.label), one.seen, one.wanted, "yes" if one.met else "NO") for one in verdict.findings]
    title = f"## 启用条件 Criteria: {verdict.criteria.name} ({_both(verdict.criteria.purpose)})"
    return f"{title}\n\n" + _table(("criterion", "seen", "wanted", "met"), rows)


def _signed(sources: CardSources) -> str:
    binding = {kind: counting(sources.subject, sources.rows, kind) for kind in ("approval", "override", "impact")}
    counted = {row.number for rows in binding.values() for row in rows}
    rows = [
        (
            row.statement.kind,
            row.name,
            row.statement.role,
            row.signed_at.date().isoformat(),
            row.statement.words if row.statement.document is None else _document(row),
            row.fault or ("counts" if row.number in counted else "for another bundle or audit, or signed again"),
        )
        for row in sources.rows
    ]
    head = ("kind", "name", "role", "signed", "words", "state")
    return "## 批准与影响评估 Approvals and impact assessment\n\n" + (_table(head, rows) if rows else "无 none")


def _document(row: SignedRow) -> str:
    document = row.statement.document
    return "" if document is None else f"{document.reference}, {document.dated}, sha256 {document.sha256}"


def _history(sources: CardSources) -> str:
    rows = [
        (
            str(move["moved_at"]),
            str(move["action"]),
            str(move.get("criteria", "")),
            f"OVERRIDE: {move['override']} ({', '.join(move['overridden_by'])})" if "override" in move else "",
        )
        for move in sources.moves
    ]
    state = "启用中 in use" if sources.released else "未启用 not in use"
    listed = "\n\n" + _table(("when (UTC)", "action", "criteria", "override"), rows) if rows else ""
    return f"## 启用记录 Releases\n\n{state}{listed}"


def _contact(request: CardRequest) -> str:
    words = card_words()
    contact = request.contact or _both(words.contact)
    return f"## 联系与许可 Contact and licence\n\n{contact}\n\n{_both(words.licence)}"


def _training(card: str) -> str:
    """The card of the training run, its headings one level down and its front matter left out."""
    _, _, rest = card.partition("---\n")
    body = rest.partition("\n---\n")[2] or card
    lines = [f"#{line}" if line.startswith("#") else line for line in body.strip().splitlines()]
    return "## 训练时的说明 What training wrote\n\n" + "\n".join(lines)


def _list(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(map(_cell, row)) + " |" for row in (columns, *rows)]
    return "\n".join((lines[0], "|" + "---|" * len(columns), *lines[1:]))


def _cell(text: str) -> str:
    """A text that cannot end its cell or its row."""
    return " ".join(text.replace("|", "\\|").split())


def _both(label: Label) -> str:
    return f"{label.zh} {label.en}"


def _words(raw: Mapping[str, str]) -> str:
    """A label as JSON has it."""
    return raw["en"] if raw["zh"] == raw["en"] else f"{raw['zh']} {raw['en']}"
