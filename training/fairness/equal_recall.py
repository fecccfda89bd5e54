"""Equal recall by group: fitted on the earlier window, applied to the next, refused when too little is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import structure as s
from features.definition.groups import AuditGroup
from features.membership import group_column
from models.policy.equal_recall import EqualRecall, less_cutoffs
from training.dataset import AS_OF, COUNTY
from training.evaluation import MODEL
from training.fairness.cutoffs import Fitted, Needs, fit_cutoffs
from training.fairness.drawn import BY_LOT, WEIGHT, drawn_rows
from training.fairness.grouping import NOT_KNOWN
from training.fairness.listed import LISTED, PLACE, with_places
from training.fairness.settings import EqualRecallRule, Level
from training.fairness.tally import RECALL, GroupMeasures, measure_groups
from training.labels import LABEL
from training.plan import ScreeningPlan
from training.stability.resample import NOT_ESTIMABLE, Interval, household_bootstrap

FloatArray = npt.NDArray[np.float64]

ADJUSTED = "adjusted"
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class EqualRecallRequest:
    """What to equalise: the earlier and the next window's known rows, the frames of all lists, the plan, the rule."""

    model_id: str
    earlier: pl.DataFrame
    later: pl.DataFrame
    frames: pl.DataFrame
    plan: ScreeningPlan
    rule: EqualRecallRule


@dataclass(frozen=True, slots=True)
class EqualRecallResult:
    """Cut-offs of one kind of group and what they do to the next window.

    ``fitted``: each group on the window of the fit, with the cut-offs. ``plain`` and ``equal``: each group on the next
    window, without and with them. ``price``: precision with the cut-offs less precision without. None of it is there
    when no cut-off could be fitted. ``reasons`` says why the cut-offs are refused, as codes.
    """

    group: AuditGroup
    names: tuple[str, ...]
    cutoffs: EqualRecall | None
    fitted: tuple[GroupMeasures, ...]
    plain: tuple[GroupMeasures, ...]
    equal: tuple[GroupMeasures, ...]
    precision_plain: Interval
    precision_equal: Interval
    price: Interval
    reasons: tuple[str, ...]


FEW_NEEDS = "few_needs"
NO_LOTS = "no_lots"
WIDE = "wide"


def equal_recall(request: EqualRecallRequest, group: AuditGroup) -> EqualRecallResult:
    """Fit cut-offs for one kind of group on the earlier window and apply them to the next.

    They rest on the lists' lots where these hold needs enough in two groups; else on every assessed child, and then
    they are refused, since who was assessed may depend on the group.
    """
    earlier, later = (_grouped(rows, group) for rows in (request.earlier, request.later))
    lots = drawn_rows(earlier, request.frames)
    by_lot = len(names := _names(lots, group, request.rule)) >= 2 and _rests_on_lots(lots, names, request.rule)
    known = lots if by_lot else _assessed(earlier)
    names = names if by_lot else _names(known, group, request.rule)
    if len(names) < 2:
        return _without(group)
    fitted = _fit(earlier, known, names, request.plan)
    measured = _on_fit_window(request, earlier, known, names, fitted)
    reasons = (*(() if by_lot else (NO_LOTS,)), *((WIDE,) if _wide(measured, request.rule) else ()))
    days = earlier[AS_OF].unique().sort().to_list()
    kept = EqualRecall(
        model_id=request.model_id,
        group=group.name,
        level=request.rule.level,
        cutoffs=fitted.cutoffs,
        otherwise=fitted.otherwise,
        share=request.plan.capacity.share,
        fitted_from=days[0],
        fitted_to=days[-1],
        by_lot=by_lot,
        refused=", ".join(reasons),
    )
    plain, equal = _applied(request, later, fitted)
    precision_plain, precision_equal, price = _precisions(plain, equal, request.plan.seed)
    return EqualRecallResult(
        group=group,
        names=names,
        cutoffs=kept,
        fitted=measured,
        plain=measure_groups(plain, plain[MEMBER], names, names[0], request.plan.seed),
        equal=measure_groups(equal, equal[MEMBER], names, names[0], request.plan.seed),
        precision_plain=precision_plain,
        precision_equal=precision_equal,
        price=price,
        reasons=reasons,
    )


def _grouped(rows: pl.DataFrame, group: AuditGroup) -> pl.DataFrame:
    return rows.with_columns(pl.col(group_column(group.name)).fill_null(NOT_KNOWN).alias(MEMBER))


def _assessed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col(LABEL).is_not_null()).with_columns(pl.lit(1.0).alias(WEIGHT))


def _names(known: pl.DataFrame, group: AuditGroup, rule: EqualRecallRule) -> tuple[str, ...]:
    """Groups with needs enough, the reference first; without the reference there is nothing to be equal to."""
    counts = known.filter(pl.col(LABEL)).group_by(MEMBER).len().filter(pl.col("len") >= rule.fewest_needs)
    enough = sorted(counts.filter(pl.col(MEMBER) != NOT_KNOWN)[MEMBER].to_list())
    if group.reference is not None and group.reference not in enough:
        return ()
    return tuple(sorted(enough, key=lambda name: name != group.reference))


def _rests_on_lots(lots: pl.DataFrame, names: tuple[str, ...], rule: EqualRecallRule) -> bool:
    """Whether random places, not only certain ones, hold needs of each group: those off the list are known by them."""
    by_lot = lots.filter(pl.col(BY_LOT) & pl.col(LABEL))
    return all(by_lot.filter(pl.col(MEMBER) == name).height >= rule.fewest_by_lot for name in names)


def _fit(earlier: pl.DataFrame, known: pl.DataFrame, names: tuple[str, ...], plan: ScreeningPlan) -> Fitted:
    needs = known.filter(pl.col(LABEL))
    places = int(with_places(earlier, plan)[LISTED].sum())
    return fit_cutoffs(
        earlier[MODEL].to_numpy(),
        earlier[MEMBER].to_numpy().astype(np.str_),
        Needs(needs[MODEL].to_numpy(), needs[MEMBER].to_numpy().astype(np.str_), needs[WEIGHT].to_numpy()),
        names,
        places,
    )


def _on_fit_window(
    request: EqualRecallRequest, earlier: pl.DataFrame, known: pl.DataFrame, names: tuple[str, ...], fitted: Fitted
) -> tuple[GroupMeasures, ...]:
    listed = listed_at_level(_adjusted(earlier, fitted), request.plan, request.rule.level, ADJUSTED)
    placed = known.join(listed.select(s.CHILD, AS_OF, LISTED, PLACE), on=[s.CHILD, AS_OF], maintain_order="left")
    weights = placed[WEIGHT].to_numpy()
    return measure_groups(placed, placed[MEMBER], names, names[0], request.plan.seed, weights)


def _wide(measured: tuple[GroupMeasures, ...], rule: EqualRecallRule) -> bool:
    ratios = [one.ratios[RECALL] for one in measured[1:]]
    return any(one.lower is None or one.upper is None or one.upper - one.lower > rule.widest_ratio for one in ratios)


def _adjusted(rows: pl.DataFrame, fitted: Fitted) -> pl.DataFrame:
    less = less_cutoffs(rows[MODEL].to_numpy(), rows[MEMBER].to_list(), fitted.cutoffs, fitted.otherwise)
    return rows.with_columns(pl.Series(ADJUSTED, less))


def listed_at_level(rows: pl.DataFrame, plan: ScreeningPlan, level: Level, ranking: str) -> pl.DataFrame:
    """Rows with ``listed`` and ``place``, the places counted within each region, county or township."""
    if level == "region":
        return with_places(rows, plan, ranking)
    unit = pl.col(COUNTY) if level == "county" else pl.col(s.REGION).str.slice(0, s.TOWNSHIP_DIGITS)
    parts = (
        rows.with_columns(unit.alias("unit")).sort("unit", maintain_order=True).group_by("unit", maintain_order=True)
    )
    return pl.concat([with_places(part, plan, ranking) for _, part in parts]).drop("unit")


def _applied(request: EqualRecallRequest, later: pl.DataFrame, fitted: Fitted) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The next window listed without and with the cut-offs, both sorted by as-of date and child."""
    level, plan = request.rule.level, request.plan
    plain = listed_at_level(later, plan, level, MODEL)
    equal = listed_at_level(_adjusted(later, fitted), plan, level, ADJUSTED)
    return plain.sort(AS_OF, s.CHILD), equal.sort(AS_OF, s.CHILD)


def _precisions(plain: pl.DataFrame, equal: pl.DataFrame, seed: int) -> tuple[Interval, ...]:
    """Precision without and with the cut-offs and the difference, from the same households drawn anew."""
    number = (plain[s.HOUSEHOLD].rank("dense").cast(pl.Int64) - 1).to_numpy()
    households = int(number.max()) + 1
    sums = np.stack(
        [
            np.bincount(number, values.cast(pl.Float64).to_numpy(), households)
            for rows in (plain, equal)
            for values in (
                (rows[LISTED] & rows[LABEL].fill_null(value=False)),
                (rows[LISTED] & rows[LABEL].is_not_null()),
            )
        ],
        axis=1,
    )

    def measure(weights: FloatArray) -> FloatArray:
        found, assessed, found_equal, assessed_equal = weights @ sums
        before = found / assessed if assessed else np.nan
        after = found_equal / assessed_equal if assessed_equal else np.nan
        return np.array([before, after, after - before])

    return household_bootstrap(measure, households, seed)


def _without(group: AuditGroup) -> EqualRecallResult:
    nothing = NOT_ESTIMABLE
    return EqualRecallResult(group, (), None, (), (), (), nothing, nothing, nothing, (FEW_NEEDS,))
