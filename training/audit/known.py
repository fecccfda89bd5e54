"""The section on known households: what the model adds at the list's length, and whether its probabilities hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from features.definition import Label
from features.definition import structure as s
from training.audit.context import AuditContext
from training.audit.section import Picture, Section, Table
from training.audit.svg import NOT_ESTIMABLE, Dot, dots
from training.evaluation import PROBABILITY, Estimate, Ranking, estimate
from training.labels import LABEL, visit_weights
from training.stability.gain import GainInterval, best_baseline_gain

KEY = "known"
BINS = 10

FloatArray = npt.NDArray[np.float64]

RANKING_WORDS = {
    "model": Label("模型", "model"),
    "random": Label("随机", "at random"),
    "overdue_first": Label("最久未访优先", "overdue first"),
    "last_finding": Label("最近一次发现优先", "last finding first"),
    "level_first": Label("官方等级优先", "official level first"),
    "points_first": Label("计分优先", "most points first"),
    "best_feature": Label("单项最好特征", "best single feature"),
    "median_feature": Label("单项中等特征", "median single feature"),
    "logistic": Label("逻辑回归", "logistic regression"),
}


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Rows of like probability: their mean probability, the share with a new need, and their weight in all."""

    expected: float
    observed: float
    weight: float


def calibration_bins(labels: FloatArray, probabilities: FloatArray, weights: FloatArray) -> tuple[CalibrationBin, ...]:
    """Cut rows into ten parts of like weight by probability; equal probabilities stay together.

    Args:
        labels: 0 or 1, shape (n,).
        probabilities: shape (n,).
        weights: of each row, shape (n,), above 0.
    """
    if not labels.size:
        return ()
    order = np.argsort(probabilities, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    edges = np.unique(probabilities[order][np.searchsorted(reached, np.arange(1, BINS) / BINS)])
    place = np.searchsorted(edges, probabilities, side="right")
    found = []
    for number in np.unique(place):
        rows = place == number
        total = float(weights[rows].sum())
        found.append(
            CalibrationBin(
                float(np.average(probabilities[rows], weights=weights[rows])),
                float(np.average(labels[rows], weights=weights[rows])),
                total / float(weights.sum()),
            )
        )
    return tuple(found)


def calibration_error(bins: tuple[CalibrationBin, ...]) -> float | None:
    """The mean distance of probability and observed share over the bins (Naeini, Cooper and Hauskrecht 2015)."""
    return sum(one.weight * abs(one.observed - one.expected) for one in bins) if bins else None


def section(context: AuditContext) -> Section:
    """How the list looks for known households in the test window, and the calibration of the probability."""
    rows = context.evidence.estimate_rows("known")
    measured = estimate("known", "test", rows, context.evidence.plan)
    bins = _bins(rows.filter(pl.col(LABEL).is_not_null()))
    error = calibration_error(bins)
    gain = best_baseline_gain(context.evidence.rows, context.evidence.plan)
    return Section(
        key=KEY,
        title=Label("已知家庭：名单增加了什么", "Known households: what the list adds"),
        findings=(_gain_words(gain), _calibration_words(error, measured.slope)),
        tables=(_table(measured),),
        pictures=(_picture(bins),),
        figures={
            "gain_over_best": gain.gain,
            "gain_over_best_lower": gain.lower,
            "gain_over_best_upper": gain.upper,
            "calibration_error": error,
            "calibration_slope": measured.slope,
        },
        data={"calibration": [[one.expected, one.observed, one.weight] for one in bins]},
    )


def _bins(labelled: pl.DataFrame) -> tuple[CalibrationBin, ...]:
    return calibration_bins(
        labelled[LABEL].cast(pl.Float64).to_numpy(),
        labelled[PROBABILITY].to_numpy(),
        visit_weights(labelled[s.VISIT]).to_numpy(),
    )


def _gain_words(gain: GainInterval) -> Label:
    if gain.gain is None or gain.lower is None or gain.upper is None:
        return Label(
            "比最好的简单次序多找到多少，无法估计。", "What the model adds to the best simple order is not estimable."
        )
    best = RANKING_WORDS.get(gain.baseline, Label(gain.baseline, gain.baseline))
    more = gain.lower > 0
    return Label(
        f"每百次走访比“{best.zh}”多找到 {100 * gain.gain:.1f} 项新需要"
        f"（{100 * gain.lower:.1f} 至 {100 * gain.upper:.1f}）" + ("。" if more else "；可能并无增加。"),
        f"Per hundred visits the model finds {100 * gain.gain:.1f} more new needs than '{best.en}' "
        f"({100 * gain.lower:.1f} to {100 * gain.upper:.1f})" + ("." if more else "; it may add nothing."),
    )


def _calibration_words(error: float | None, slope: float | None) -> Label:
    if error is None:
        return Label("没有标签，校准无法估计。", "Without labels, calibration is not estimable.")
    line = "-" if slope is None else f"{slope:.2f}"
    return Label(
        f"概率与实际比例平均相差 {100 * error:.1f} 个百分点，校准斜率 {line}（1 为正好）。",
        f"Probability and observed share differ by {100 * error:.1f} points on average; "
        f"the calibration slope is {line} (1 is right).",
    )


def _table(measured: Estimate) -> Table:
    columns = (
        Label("次序", "Order"),
        Label("查准率", "Precision"),
        Label("下限–上限", "Least–most"),
        Label("查全率", "Recall"),
        Label("AUC", "AUC"),
    )
    title = Label("同样名额下的各种次序", "Orders with the same number of places")
    return Table(title, columns, tuple(_row(one) for one in measured.rankings))


def _row(one: Ranking) -> tuple[Label | str, ...]:
    at_k = one.at_k
    words = RANKING_WORDS.get(one.name, Label(one.name, one.name))
    return (words, share(at_k.precision), f"{at_k.lower:.3f}–{at_k.upper:.3f}", share(at_k.recall), share(one.auc))


def share(value: float | None) -> Label | str:
    """A figure with three decimals, or the words that it is not estimable."""
    return NOT_ESTIMABLE if value is None else f"{value:.3f}"


def _picture(bins: tuple[CalibrationBin, ...]) -> Picture:
    return dots(
        Label("校准图：横轴为概率，纵轴为实际比例", "Calibration: probability against the observed share"),
        [Dot(one.expected, one.observed) for one in bins],
        Label("概率", "probability"),
        Label("实际比例", "observed share"),
    )
