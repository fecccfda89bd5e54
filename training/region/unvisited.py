"""A county without any visit: which inputs are left out, and what the release's audit measured of such a county."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from features.definition import Definition, Label
from training.audit.run import PART, REPORT
from training.cold.history import history_columns
from training.cold.section import KEY
from training.evidence import evidence_folder
from training.region.criteria import ColdStartRule
from training.region.expected import Ends, ends_of
from training.region.look import CountyLook


@dataclass(frozen=True, slots=True)
class ColdStart:
    """What the model was worth without any visit on record: its AUC, and its gain over the best simple order."""

    auc: Ends
    gain: Ends

    def enough(self, rule: ColdStartRule) -> bool:
        """Whether the lower ends of both reach what is declared."""
        if self.auc.lower is None or self.gain.lower is None:
            return False
        return self.auc.lower >= rule.least_auc and self.gain.lower >= rule.least_gain


def cold_start_of(home: Path, model_id: str) -> ColdStart | None:
    """Read the section from the model's audit, or from the part made last; None where it was not measured."""
    for name in (REPORT, PART):
        try:
            raw = json.loads((evidence_folder(home, model_id) / f"{name}.json").read_bytes())
            data = raw["sections"][KEY]["data"]
            return ColdStart(ends_of(data["orders"][KEY]["auc"]), ends_of(data["gain"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def unvisited(look: CountyLook) -> bool:
    """Whether there are children and no event that the model reads was recorded."""
    return bool(look.children and look.tables) and not any(one.rows for one in look.tables)


def left_out(look: CountyLook, definition: Definition) -> frozenset[str]:
    """The inputs that nothing can be told of in this county: those made of events where none was recorded."""
    return history_columns(definition) if unvisited(look) else frozenset()


def left_out_words(left_out: frozenset[str]) -> tuple[Label, ...]:
    """That inputs were not compared, if any."""
    if not left_out:
        return ()
    return (
        Label(
            f"{len(left_out)} 项来自走访、查看和发现的输入不参与比较：这里还没有走访记录。",
            f"{len(left_out)} inputs about visits, assessments and findings are not compared: no visit is on record "
            "here yet.",
        ),
    )


def history_words(number: int, cold: ColdStart | None, rule: ColdStartRule, model_id: str) -> Label:
    """Why a county without visits needs care or is not scored.

    Args:
        number: how many inputs were left out of the comparison.
        cold: what the audit measured, if it did.
        rule: what had to be reached.
        model_id: the release.
    """
    first = Label(
        f"还没有任何走访记录（新摸排的县都是这样）：{number} 项来自走访和发现的输入不参与比较；",
        f"no visit is recorded yet, as in every newly investigated county: {number} inputs about visits and findings "
        "are left out of the comparison; ",
    )
    if cold is None:
        return Label(
            f"{first.zh}模型在没有走访记录时准不准，还没有量过。用训练时的台账运行："
            f"mopai audit --model {model_id} --only cold_start（台账已变时用 --ledger 指明训练时的台账）",
            f"{first.en}what the model is worth without visits was not measured. On the ledger it was trained on, run: "
            f"mopai audit --model {model_id} --only cold_start (--ledger names that ledger where this one grew since)",
        )
    seen = _spread(cold.auc)
    if cold.enough(rule):
        return Label(
            f"{first.zh}在学过的县当作没有走访记录来量，AUC {seen}，评分可慎用；走访几个月后请再检查",
            f"{first.en}measured in known counties as if no visit were on record the AUC is {seen}, so scores may be "
            "used with care; check again after some months of visits",
        )
    return Label(
        f"{first.zh}没有走访记录时模型能分辨的太少：AUC {seen}，比最好的简单次序多 {_spread(cold.gain)}"
        f"（下限须达到 {rule.least_auc:g} 和 {rule.least_gain:g}）",
        f"{first.en}without visits the model tells too little: AUC {seen}, precision over the best simple order "
        f"{_spread(cold.gain)} (lower ends wanted: {rule.least_auc:g} and {rule.least_gain:g})",
    )


def _spread(one: Ends) -> str:
    if one.value is None:
        return "?"
    return f"{one.value:.3f}" + (
        "" if one.lower is None or one.upper is None else f" ({one.lower:.3f} – {one.upper:.3f})"
    )
