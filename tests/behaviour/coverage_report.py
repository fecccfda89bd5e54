"""Coverage of the design-based intervals by scenario, against simulated truth, and the warnings that are given.

Run with ``python -m tests.behaviour.coverage_report [--repetitions 200] [--children N] [--json FILE]``. What stays and
what is drawn anew in a repetition stands in ``tests.behaviour.redraw``. *By chance*: everybody drawn answers with the
same chance, as the estimates assume. *As lived*: distance, boarding, routine visits and reports decide who is seen, as
in the simulator. Warnings are counted on a larger province, since rare differences need many lists to show.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from features.simulator.plan import SimulationPlan
from features.simulator.settings import scenario_names
from tests.behaviour.coverage import Coverage, coverage, warned
from tests.behaviour.redraw import make_world
from training.design.rules import load_rules

MODES = {"by chance": True, "as lived": False}
WARNED_REPETITIONS = 20


def scenario_report(scenario: str, options: argparse.Namespace) -> dict[str, Any]:
    """Everything measured on one scenario."""
    rules = load_rules()
    with tempfile.TemporaryDirectory(prefix="mopai-coverage-") as scratch:
        small = SimulationPlan(children=options.children, counties=2, seed=options.seed, scenario=scenario)
        world = make_world(Path(scratch) / "small", small)
        modes = {
            mode: [asdict(one) for one in coverage(world, rules, options.repetitions, by_chance=by_chance)]
            for mode, by_chance in MODES.items()
        }
        large = SimulationPlan(children=options.warned_children, counties=4, seed=options.seed, scenario=scenario)
        warnings = warned(make_world(Path(scratch) / "large", large), rules, WARNED_REPETITIONS)
    return {"coverage": modes, "warnings": warnings}


def lines(scenario: str, report: dict[str, Any]) -> list[str]:
    """The report of one scenario as lines of text."""
    text = [scenario]
    for mode, found in report["coverage"].items():
        text += [f"  {mode:<10}{_line(Coverage(**one))}" for one in found]
    given = ", ".join(f"{code} {share:.0%}" for code, share in report["warnings"].items())
    return [*text, f"  warnings: {given or 'none'}"]


def _line(one: Coverage) -> str:
    def share(value: float | None) -> str:
        return "    -" if value is None else f"{value:5.1%}"

    half = "-" if one.half_width is None else f"{one.half_width:.3f}"
    bias = "-" if one.bias is None else f"{one.bias:+.4f}"
    return (
        f"{one.quantity:<16} told {share(one.told)}  covers {share(one.covered)} (above {share(one.above)}, "
        f"below {share(one.below)})  bounds {share(one.bounds)}  truth {one.truth:.3f}  bias {bias}  half-width {half}"
        f"  no label {share(one.null_share)}"
    )


def main() -> None:
    """Print the table, scenario by scenario, and write it as JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--children", type=int, default=6_000)
    parser.add_argument("--warned-children", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", action="append", choices=scenario_names())
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    reports = {}
    for scenario in options.scenario or scenario_names():
        reports[scenario] = scenario_report(scenario, options)
        sys.stdout.write("\n".join(lines(scenario, reports[scenario])) + "\n")
        sys.stdout.flush()
    if options.json:
        options.json.write_text(json.dumps(reports, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
