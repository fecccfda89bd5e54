"""A trained model with an audit, two approvals and an impact assessment, in a home of its own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from models.release.current import ReleaseStore
from models.release.gate.criteria import Criteria, load_criteria
from models.release.gate.people import People
from models.release.gate.rows import Document, SignedRows, Statement
from models.release.gate.subject import audit_path, read_subject
from tests.training.trained import trained

NOW = datetime(2018, 9, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
PEOPLE = ("Li Hua", "王芳")
_TITLE = {"zh": "各组", "en": "Groups"}
AUDIT = {
    "figures": {
        "known.gain_over_best": 0.081,
        "known.gain_over_best_lower": 0.012,
        "known.gain_over_best_upper": 0.15,
        "known.calibration_error": 0.02,
        "known.calibration_slope": 1.02,
        "groups.least_recall_ratio_by_lot": None,
    },
    "sections": {
        "groups": {
            "title": _TITLE,
            "findings": [{"zh": "各组相近", "en": "The groups are alike."}],
            "tables": [
                {
                    "title": _TITLE,
                    "columns": [{"zh": "组", "en": "group"}, {"zh": "n", "en": "n"}],
                    "rows": [[{"zh": "女", "en": "girl"}, "120 | 3"]],
                }
            ],
        }
    },
}


@dataclass(frozen=True, slots=True)
class Gated:
    """The home and the whole id of the model."""

    home: Path
    model_id: str

    def audit(self, **changes: object) -> None:
        """Write an audit as the audit itself does, in small."""
        path = audit_path(self.home, self.model_id)
        content = {"model_id": self.model_id, "simulated": True, **AUDIT, **changes}
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        path.with_name("equal_recall.json").write_text("{}", encoding="utf-8")
        path.with_name("audit-part.json").write_text("{}", encoding="utf-8")
        path.with_suffix(".html").write_text("<!doctype html><title>审计 audit</title>", encoding="utf-8")

    def sign(self) -> None:
        """Everything the criteria want, for the audit as it is."""
        people = People.of(self.home)
        binding = read_subject(ReleaseStore(self.home), self.model_id, TODAY).binding
        rows = SignedRows(people, self.model_id)
        for name in PEOPLE:
            rows.add(people.add(name, "", NOW), Statement("approval", "model owner", "read in full"), binding, NOW)
        assessed = Document("assessment.pdf", date(2018, 8, 1), "ab" * 32)
        rows.add(people.find(PEOPLE[0]), Statement("impact", "model owner", "", assessed), binding, NOW)


def gated(ledger: Path, home: Path) -> Gated:
    """A copy of the trained home, audited and signed for."""
    made = trained(ledger)
    found = Gated(Path(shutil.copytree(made.home, home)), made.result.model_id)
    found.audit()
    found.sign()
    return found


def demo_criteria() -> Criteria:
    """The criteria of the demonstration."""
    return load_criteria("demo")
