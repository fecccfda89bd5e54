"""Reports on regions and pilots as one HTML page each that needs nothing else, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from features.cli.console import UserError
from features.definition import Label
from models.release.files import write_file
from training.audit.page import page_environment
from training.audit.section import Section

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name, the facts at its head, and its sections. ``content``: what the JSON file says besides."""

    name: str
    title: Label
    simulated: bool
    facts: tuple[tuple[Label, Label | str], ...]
    sections: tuple[Section, ...]
    content: Mapping[str, Any]

    def html(self) -> str:
        """The report as HTML text."""
        return _template().render(page=self)

    def json(self) -> str:
        """The report as JSON text; pictures stand in it by their words, nothing names a child or a household."""
        said = {
            section.key: {
                "title": asdict(section.title),
                "findings": [asdict(finding) for finding in section.findings],
                "tables": [asdict(table) for table in section.tables],
                "figures": dict(section.figures),
                "data": dict(section.data),
            }
            for section in self.sections
        }
        content = {"title": asdict(self.title), "simulated": self.simulated, **self.content, "sections": said}
        return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False, default=str)


def write_report(folder: Path, report: Report) -> tuple[Path, Path]:
    """Write a report as NAME.html and NAME.json, each in one step. UserError when the folder cannot be written."""
    page, data = folder / f"{report.name}.html", folder / f"{report.name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(page, report.html().encode())
        write_file(data, report.json().encode())
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror})", "give --out another folder") from error
    return page, data


@lru_cache(maxsize=1)
def _template() -> Template:
    return page_environment(HERE).get_template("region.html.jinja")
