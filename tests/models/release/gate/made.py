"""A home with a bundle, an audit and people, as they stand before the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from models.release.bundle import BundleContent, write_bundle
from models.release.current import ReleaseStore
from models.release.gate.criteria import Criteria, parse_criteria
from models.release.gate.people import People
from models.release.gate.rows import Document, Kind, SignedRow, SignedRows, Statement
from models.release.gate.subject import audit_path, read_subject
from tests.models import making

NOW = datetime(2018, 9, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
ASSESSED = Document("assessment.pdf", date(2018, 8, 1), "ab" * 32)
FIGURES: Mapping[str, float | None] = {"known.gain": 0.05, "groups.ratio": 0.9}

RAW = {
    "criteria": {"name": "test", "zh": "测试", "en": "for tests"},
    "refit": {"rule": "none", "zh": "不重新拟合", "en": "none"},
    "approvals": {"people": 2, "people_for_override": 2},
    "impact": {"days_at_most": 365},
    "data": {"simulated_allowed": False},
    "check": [
        {
            "figure": "known.gain",
            "above": 0.0,
            "at_most": 0.5,
            "source": "a test",
            "label": {"zh": "增益", "en": "gain"},
            "next": "mopai audit --model {model}",
        },
        {
            "figure": "groups.ratio",
            "at_least": 0.8,
            "source": "a test",
            "label": {"zh": "比例", "en": "ratio"},
            "next": "look at the groups",
        },
    ],
}


def criteria() -> Criteria:
    """Two bounds, two people, a real ledger."""
    return parse_criteria(RAW, "test", "cd" * 32)


@cache
def _content() -> BundleContent:
    return making.bundle_content()


@dataclass(frozen=True, slots=True)
class Standing:
    """A home with one bundle that nobody has signed for."""

    store: ReleaseStore
    model_id: str
    people: People

    @staticmethod
    def make(home: Path, *, card: str = "---\nsimulated: false\n---\n", last: str = "2018-08-01") -> Standing:
        """A bundle with a card and a last as-of date it was judged on; no audit."""
        store = ReleaseStore(home)
        content = replace(_content(), card=card, windows={"test to": last})
        return Standing(store, write_bundle(store.bundles, content).name, People.of(home))

    def audit(self, figures: Mapping[str, float | None] = FIGURES, **other: object) -> None:
        """Write an audit."""
        path = audit_path(self.store.home, self.model_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"model_id": self.model_id, "figures": figures, **other}), encoding="utf-8")

    def sign(self, name: str, kind: Kind = "approval", words: str = "", document: Document | None = None) -> SignedRow:
        """Sign for the bundle and audit as they are; a person who has no key gets one."""
        if name not in {one.name for one in self.people.all()}:
            self.people.add(name, "", NOW)
        statement = Statement(kind, "owner", words, document)
        binding = read_subject(self.store, self.model_id, TODAY).binding
        return self.rows.add(self.people.find(name), statement, binding, NOW)

    @property
    def rows(self) -> SignedRows:
        """The signed rows of the model."""
        return SignedRows(self.people, self.model_id)

    def complete(self) -> None:
        """Everything the criteria want."""
        self.audit()
        self.sign("Li Hua", "impact", document=ASSESSED)
        self.sign("Li Hua")
        self.sign("王芳")
