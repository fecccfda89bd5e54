"""Plots of a run as PNG bytes. Figures are made without pyplot, so nothing global changes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.figure import Figure

from features.definition import structure as s
from models.release.limits import limits
from models.risk_model import RiskModel
from training.evaluation import MEDIAN_FEATURE, MODEL, PROBABILITY, RANDOM, baselines_of, precision_by_share
from training.labels import LABEL, visit_weights

Matrix = npt.NDArray[np.float32]
FloatArray = npt.NDArray[np.float64]

_CURVE_BINS = 10
_CURVE_SHARES = tuple(step / 100 for step in (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 75, 100))
_TICKED_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_SHOWN_FEATURES = 20
_SUMMARY_CELLS = 40


def plots(model: RiskModel, scored: pl.DataFrame, sample: Matrix, share: float) -> Mapping[str, bytes]:
    """The plots of a run by file name.

    Args:
        model: the model.
        scored: rows of the estimate *known* in the test window, with scores and probabilities.
        sample: feature values to summarise Shapley values over.
        share: the capacity k as a share of the cohort.
    """
    values = shapley_values(model, sample)
    return {
        "calibration.png": calibration_curve(scored),
        "gain_at_k.png": gain_at_k(scored, share),
        "importance.png": importance(values, model.contract.names),
        "shap_summary.png": shapley_summary(values, sample, model.contract.names),
    }


def calibration_curve(scored: pl.DataFrame) -> bytes:
    """Observed share of new needs against probability, in tenths of the assessed rows, each visit counted once."""
    labelled = scored.filter(pl.col(LABEL).is_not_null()).sort(PROBABILITY)
    weights = visit_weights(labelled[s.VISIT]).to_numpy()
    probabilities, labels = labelled[PROBABILITY].to_numpy(), labelled[LABEL].to_numpy()
    tenths = [rows for rows in np.array_split(np.arange(labelled.height), _CURVE_BINS) if rows.size]
    expected = [float(np.average(probabilities[rows], weights=weights[rows])) for rows in tenths]
    observed = [float(np.average(labels[rows], weights=weights[rows])) for rows in tenths]
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    top = max([*expected, *observed, 0.01]) * 1.1
    axes.plot([0, top], [0, top], color="0.7", linewidth=1)
    axes.plot(expected, observed, marker="o")
    axes.set(xlim=(0, top), ylim=(0, top), xlabel="Probability of a new need", ylabel="Observed share")
    axes.set_title("Calibration, test window, known households")
    return _png(figure)


def gain_at_k(scored: pl.DataFrame, share: float) -> bytes:
    """Precision among the assessed at every share of the cohort, the model beside the baselines."""
    names = [MODEL, *(name for name in baselines_of(scored) if name not in (RANDOM, MEDIAN_FEATURE))]
    curves = precision_by_share(scored, names, _CURVE_SHARES)
    figure = Figure(figsize=(6.5, 4.5), layout="constrained")
    axes = figure.subplots()
    for name in names:
        axes.plot(_CURVE_SHARES, curves[name], label=name.replace("_", " "), linewidth=2.2 if name == MODEL else 1.2)
    labelled = scored[LABEL].drop_nulls().cast(pl.Float64).to_numpy()
    if labelled.size:
        axes.axhline(float(labelled.mean()), color="0.6", linestyle="--", label="everyone assessed")
    axes.axvline(share, color="0.8", linewidth=1)
    axes.set(xlabel="Share of the cohort (k)", ylabel="Precision among the assessed", xscale="log")
    axes.set_xticks(_TICKED_SHARES, [f"{tick:.0%}" for tick in _TICKED_SHARES])
    axes.set_xticks([], minor=True)
    axes.set_title("Precision at k, test window, known households")
    axes.legend()
    return _png(figure)


def shapley_values(model: RiskModel, sample: Matrix) -> FloatArray:
    """Shapley values in log-odds by ``shap``, shape (n, p): a second opinion beside the product's own explanations."""
    import lightgbm

    with warnings.catch_warnings():
        # shap's import uses names that matplotlib and numpy are about to retire.
        warnings.simplefilter("ignore")
        import shap

        explainer = shap.TreeExplainer(lightgbm.Booster(model_str=model.booster_text))
        return np.asarray(explainer.shap_values(sample), dtype=np.float64)


def importance(values: FloatArray, names: Sequence[str]) -> bytes:
    """Mean absolute Shapley value of the features that matter most."""
    size = np.abs(values).mean(axis=0)
    order = _strongest(values)
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    axes.barh([names[place] for place in order], size[order])
    axes.set(xlabel="Mean absolute contribution (log-odds)", title="Importance")
    return _png(figure)


def shapley_summary(values: FloatArray, sample: Matrix, names: Sequence[str]) -> bytes:
    """Where the Shapley values of each strong feature lie, and whether high or low feature values put them there.

    Cells stand for groups of rows; groups smaller than the bundle's least count are not shown.
    """
    order = _strongest(values)
    figure = Figure(figsize=(8, 6.5), layout="constrained")
    axes = figure.subplots()
    for height, place in enumerate(order):
        centres, counts, levels = _cells(values[:, place], sample[:, place].astype(np.float64))
        sizes = 300 * np.sqrt(counts / len(values))
        dots = axes.scatter(centres, np.full(len(centres), height), s=sizes, c=levels, cmap="coolwarm", vmin=0, vmax=1)
    figure.colorbar(dots, ax=axes, label="Feature value (rank, low to high)")
    axes.axvline(0, color="0.8", linewidth=1)
    axes.set_yticks(range(len(order)), [names[place] for place in order])
    axes.set(xlabel="Contribution to the score (log-odds)", title="Shapley values")
    return _png(figure)


def _strongest(values: FloatArray) -> npt.NDArray[np.intp]:
    """The columns with the largest mean absolute value, the strongest last."""
    return np.argsort(np.abs(values).mean(axis=0), kind="stable")[-_SHOWN_FEATURES:]


def _cells(values: FloatArray, feature: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Centres, counts and mean rank of the feature in equal steps of the Shapley value; unknown counts as middle."""
    edges = np.linspace(values.min(), values.max() + 1e-9, _SUMMARY_CELLS + 1)
    cell = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, _SUMMARY_CELLS - 1)
    ranks = pl.Series(feature).fill_nan(None).rank() / max(1, feature.size)
    counts = np.bincount(cell, minlength=_SUMMARY_CELLS).astype(np.float64)
    totals = np.bincount(cell, weights=ranks.fill_null(0.5).to_numpy(), minlength=_SUMMARY_CELLS)
    shown = counts >= limits().reference_minimum_count
    return ((edges[:-1] + edges[1:]) / 2)[shown], counts[shown], totals[shown] / counts[shown]


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()
