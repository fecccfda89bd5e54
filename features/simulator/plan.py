"""What to simulate: the plan a person gives, the counties it makes, and the summary of what came out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from features.cli.console import UserError

DEFAULT_END = date(2026, 6, 30)
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """A province to simulate: exactly ``children`` children in ``counties`` counties over whole ``months``.

    The last month is the one that holds ``end``; nothing is recorded after its last day.

    Raises:
        UserError: a number is out of its range.
    """

    children: int = 30_000
    counties: int = 6
    seed: int = 1
    months: int = 30
    scenario: str = "default"
    end: date = DEFAULT_END

    def __post_init__(self) -> None:
        limits = {"counties": (1, 9999), "months": (3, 240), "seed": (0, 2**63 - 1), "children": (self.counties, 10**9)}
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise UserError(f"--{name} {value}: wanted {least} to {most}", f"give --{name} a number in that range")

    def month_starts(self) -> tuple[date, ...]:
        """First days of the simulated months, and of the month after the last."""
        last = self.end.year * 12 + self.end.month - 1
        return tuple(_month(last - self.months + 1 + step) for step in range(self.months + 1))

    @property
    def start(self) -> date:
        """The first simulated day: the day of the investigation."""
        return self.month_starts()[0]

    @property
    def last_day(self) -> date:
        """The last day anything is recorded on."""
        return self.month_starts()[-1] - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SimulationSummary:
    """What a simulation wrote: rows per table, true needs, and the county codes in order."""

    plan: SimulationPlan
    counties: tuple[str, ...]
    rows: dict[str, int]
    true_needs: int
    product_version: str
    definition: str

    def to_json(self) -> dict[str, object]:
        """The content of ``simulation.json``: no time, no machine, so that the same plan gives the same bytes."""
        plan = self.plan
        return {
            "simulated": True,
            "notice": {"zh": "模拟数据，不涉及任何真实儿童。", "en": "Simulated data: no real child is in them."},
            "product_version": self.product_version,
            "definition": self.definition,
            "plan": {
                "children": plan.children, "counties": plan.counties, "seed": plan.seed, "months": plan.months,
                "scenario": plan.scenario, "start": plan.start.isoformat(), "end": plan.last_day.isoformat(),
            },
            "counties": list(self.counties),
            "rows": self.rows,
            "true_needs": self.true_needs,
        }  # fmt: skip


def parse_day(text: str) -> date:
    """A date from ``YYYY-MM-DD``.

    Raises:
        UserError: the text is no date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--end {text}: not a date", "give a day as YYYY-MM-DD, e.g. 2026-06-30") from error


def days(day: date) -> int:
    """Days since 1970-01-01, the way Polars and numpy count dates."""
    return (day - EPOCH).days


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
