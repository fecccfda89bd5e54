"""The evidence on Chicago as plain tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tests.real.chicago_evidence import Evidence, WardFigures
from training.fairness.tally import PRECISION, RECALL, SELECTION_RATE, GroupMeasures
from training.replay.replay import Replay
from training.stability.resample import Interval
from training.visitor.effect import VisitorEffects, latent_share

WARD_REFERENCE = "reference: AUC 0.58-0.63 held out, 0.60-0.65 with those wards in training"


def evidence_tables(found: Evidence) -> str:
    """Visitor effect, replay, ward hold-out and area groups, one under the other."""
    parts = (_visitors(found), _replay(found.replay), _wards(found.wards), _areas(found.areas))
    return "\n\n".join("\n".join(part) for part in parts)


def interval(found: Interval, digits: int = 3) -> str:
    """A figure with its interval."""
    if found.value is None:
        return "not estimable"
    if found.lower is None or found.upper is None:
        return f"{found.value:.{digits}f}"
    return f"{found.value:.{digits}f} ({found.lower:.{digits}f} to {found.upper:.{digits}f})"


def _visitors(found: Evidence) -> Iterator[str]:
    measured, strata = found.visitors, found.visitors.strata
    yield "visitor effect: groups of inspectors"
    yield f"  visits {measured.visits}, group not known {100 * (measured.unknown_share or 0):.1f} %"
    yield f"  variance between groups, no offset            {_effects(measured.plain)}"
    yield f"  variance between groups, beyond the score     {_effects(measured.adjusted)}"
    across, inside = interval(strata.auc_across), interval(strata.auc_within)
    yield f"  AUC across groups / inside a group            {across} / {inside}"
    yield (
        f"  precision at k across / inside / by lot       {interval(strata.precision_across)} / "
        f"{interval(strata.precision_within)} / {interval(strata.chance_within)}"
    )
    told = measured.predictable
    yield (
        f"  group predicted from the features, AUC        {interval(told.auc)}; inside ward, district and zip "
        f"{interval(told.in_village)}; dealt by lot {interval(told.by_lot)}"
    )
    yield "  group        visits   found   mean probability   AUC inside"
    for one in found.inspectors:
        yield f"  {one.name:10}  {one.visits:7d}   {one.rate:.3f}   {one.expected:.3f}              {one.auc:.3f}"


def _effects(effects: VisitorEffects | None) -> str:
    if effects is None:
        return "not estimable"
    share = ", ".join(f"{latent_share(each):.2f}" for each in (effects.variance, effects.lower, effects.upper))
    return f"{effects.variance:.2f} ({effects.lower:.2f} to {effects.upper:.2f}); share of latent variance {share}"


def _replay(found: Replay) -> Iterator[str]:
    yield f"replay: {found.needs} inspections with a critical violation of {found.visits}, {found.dates} as-of dates"
    yield f"  {'order':34} {'days sooner':>24} {'beyond chance':>24}   sooner   later"
    for one in found.orders:
        yield (
            f"  {one.name:34} {interval(one.days, 2):>24} {interval(one.beyond_chance, 2):>24}   "
            f"{100 * (one.sooner or 0):4.0f} %   {100 * (one.later or 0):4.0f} %"
        )


def _wards(found: WardFigures) -> Iterator[str]:
    yield f"ward hold-out ({WARD_REFERENCE})"
    yield f"  AUC held out       {interval(found.auc_held_out)}   by window {_each(found.aucs_held_out)}"
    yield f"  AUC with wards     {interval(found.auc_trained)}   by window {_each(found.aucs_trained)}"
    yield f"  price, AUC         {interval(found.auc_price)}"
    yield (
        f"  precision held out {interval(found.precision_held_out)}, with wards {interval(found.precision_trained)}, "
        f"price {interval(found.precision_price)}"
    )


def _each(values: tuple[float | None, ...]) -> str:
    return " ".join("-" if value is None else f"{value:.3f}" for value in values)


def _areas(found: tuple[GroupMeasures, ...]) -> Iterator[str]:
    yield "audit by people of the precinct, at k = 10 % of the places"
    heads = f"{'selection rate':24} {'recall':24} {'precision':24} recall ratio to white"
    yield f"  {'group':10} {'rows':>8} {'needs':>6}   {heads}"
    for one in found:
        figures = " ".join(f"{interval(one.measures[name]):24}" for name in (SELECTION_RATE, RECALL, PRECISION))
        rows, needs = int(one.counts["children"]), int(one.counts["needs"])
        yield f"  {one.group:10} {rows:8d} {needs:6d}   {figures} {interval(one.ratios[RECALL])}"
