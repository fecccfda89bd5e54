"""The reference distribution of a model: the whole cohort of the calibration window, assessed or not.

Monitoring compares cohorts with it. The rows a model was fitted on would be the wrong reference: only children whom
somebody assessed are among them.
"""

from __future__ import annotations

import numpy as np

from features.definition import structure as s
from models.release.reference import ReferenceDistribution, reference_distribution
from models.support import with_facts_outside
from training.dataset import Dataset, Part
from training.windows import seeded_share


def cohort_reference(dataset: Dataset, rows_at_most: int, seed: int) -> ReferenceDistribution:
    """Describe the cohort of the calibration window, thinned by whole households above ``rows_at_most`` rows."""
    total = sum(part.rows.height for part in dataset.parts("calibrate"))
    share = min(1.0, rows_at_most / max(1, total))
    matrices = [_thinned(part, share, seed).matrix for part in dataset.parts("calibrate")]
    matrix = np.concatenate(matrices)
    reference = reference_distribution(matrix, dataset.contract.names)
    return with_facts_outside(reference, matrix, dataset.contract.sources)


def _thinned(part: Part, share: float, seed: int) -> Part:
    return part if share >= 1 else part.where(seeded_share(part.rows[s.HOUSEHOLD], seed, "reference") < share)
