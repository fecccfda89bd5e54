"""The screening plan: everything a training run decides, as frozen domain words read from one dated data file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from features.cli.console import UserError
from features.definition import Definition
from models.domains import LeastPositives, LikelyRule

DEEPEST_TREE = 8
"""The depth that exact explanation tables can hold (Shapley tables of at most 2**8 rows)."""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What counts as a new need: within ``horizon_days``, of at least ``severity``, in one of ``domains``.

    Empty ``domains`` means every support domain of the ledger definition.
    """

    horizon_days: int
    severity: int
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last as-of date of a window, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class GivenWindows:
    """Windows that the plan itself dates."""

    fit: Span
    calibrate: Span
    test: Span


@dataclass(frozen=True, slots=True)
class CountedWindows:
    """Windows counted in as-of dates back from the newest record.

    ``test_dates`` and ``calibrate_dates`` are wanted in full; of ``fit_dates`` as many are taken as have
    ``history_days`` of records before them.
    """

    fit_dates: int
    calibrate_dates: int
    test_dates: int
    history_days: int


@dataclass(frozen=True, slots=True)
class WindowRule:
    """How as-of dates are laid out: every ``every_months`` on ``day``, in the order fit, calibrate, test.

    ``gap_days`` lie between the last as-of date of a window and the first of the next; ``recording_lag_days`` are
    left after the last horizon so that visits written down late are in. ``data_cut_off``: labels use what the ledger
    knew on that day; the newest record when None.
    """

    day: int
    every_months: int
    gap_days: int
    recording_lag_days: int
    layout: GivenWindows | CountedWindows
    data_cut_off: date | None = None


@dataclass(frozen=True, slots=True)
class SearchRange:
    """The range a learning parameter is searched in; ``log`` searches its orders of magnitude."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class TuningRule:
    """The search for learning parameters, inside the fit window only. Its budget counts trials, not seconds."""

    trials: int
    validation_share: float
    household_share: float
    rows_at_most: int
    patience_rounds: int
    space: Mapping[str, SearchRange]


@dataclass(frozen=True, slots=True)
class LearningRule:
    """LightGBM parameters before the search, the most rounds it may grow, and the most rows it may see.

    A thread more is used for every ``rows_per_thread`` rows; threads change no byte of the result. With
    ``adjust_visitor`` the trees start from each visitor's shrunken effect, so that they do not learn it; scores never
    know the visitor.
    """

    rounds: int
    depth: int
    rows_at_most: int
    rows_per_thread: int
    parameters: Mapping[str, int | float]
    adjust_visitor: bool = False


@dataclass(frozen=True, slots=True)
class CapacityRule:
    """``share`` of the cohort that a period's discretionary visits reach (k), and the draws of the random baseline."""

    share: float
    random_draws: int


@dataclass(frozen=True, slots=True)
class BandRule:
    """Shares of the cohort at calibration that the first two bands take; the rest is in turn."""

    go_first_share: float
    soon_share: float


@dataclass(frozen=True, slots=True)
class CheckRule:
    """When a result is too good to be true: a run above these AUC is refused unless a reason is given."""

    model_auc_at_most: float
    feature_auc_at_most: float
    dealt_errors_at_most: float
    dealt_rounds: int
    rows_at_most: int


@dataclass(frozen=True, slots=True)
class DomainRule:
    """How the small models of the support domains are grown, and what they need.

    At most ``trees`` each, on at most ``rows_at_most`` rows; where the search wanted more trees, each takes a longer
    step, up to ``step_at_most``. Domains below ``least`` get no model; below ``least_test_positives`` children with a
    new need nothing is said of how good a model is. ``likely`` goes into the bundle.
    """

    trees: int
    step_at_most: float
    rows_at_most: int
    least: LeastPositives
    least_test_positives: int
    likely: LikelyRule


@dataclass(frozen=True, slots=True)
class ScreeningPlan:
    """All that a training run decides. Two runs of one plan on one ledger give the same trees."""

    name: str
    label: LabelRule
    windows: WindowRule
    new_household_share: float
    seed: int
    tuning: TuningRule
    learning: LearningRule
    capacity: CapacityRule
    bands: BandRule
    checks: CheckRule
    explained_rows: int
    by_domain: DomainRule
    hash: str

    def domains(self, definition: Definition) -> tuple[str, ...]:
        """The support domains the label looks at, in the definition's order.

        Raises:
            UserError: the plan names a domain or a severity that the definition does not have.
        """
        known = tuple(definition.domains)
        unknown = [name for name in self.label.domains if name not in known]
        if unknown:
            raise UserError(
                f"plan '{self.name}' [label] domains: '{unknown[0]}' is not a domain of '{definition.name}'",
                f"use one of: {', '.join(known)}",
            )
        if self.label.severity not in definition.severities:
            raise UserError(
                f"plan '{self.name}' [label] severity: {self.label.severity} is not a severity of '{definition.name}'",
                f"use one of: {', '.join(map(str, definition.severities))}",
            )
        return tuple(name for name in known if name in self.label.domains) or known
