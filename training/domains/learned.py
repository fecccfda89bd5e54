"""The domains of a training run: their models and what these are worth, for bundle, evidence and tracking."""

from __future__ import annotations

from dataclasses import dataclass

from features.definition import Definition
from models.domains import DomainModels
from training.dataset import Dataset
from training.domains.estimate import DomainEstimate, domain_figures, domain_rows, estimate_domains
from training.domains.fit import learn_domains
from training.plan import ScreeningPlan
from training.tune import Tuned

PREFIX = "domains"


@dataclass(frozen=True, slots=True)
class DomainsLearned:
    """The models of the domains and the estimate of each, in the same order."""

    models: DomainModels
    estimates: tuple[DomainEstimate, ...]

    @property
    def figures(self) -> dict[str, float | None]:
        """Every figure by ``domains.<domain>.measure``."""
        return {f"{PREFIX}.{name}": value for name, value in domain_figures(self.estimates).items()}


def learn_and_judge_domains(
    dataset: Dataset, tuned: Tuned, plan: ScreeningPlan, definition: Definition, *, threads: int
) -> DomainsLearned:
    """Fit and calibrate a model for each support domain of the plan, and measure it on the test window."""
    models = learn_domains(dataset, tuned, plan, plan.domains(definition), threads=threads)
    rows = domain_rows(dataset, models, plan, threads=threads)
    return DomainsLearned(models, estimate_domains(rows, models, plan))
