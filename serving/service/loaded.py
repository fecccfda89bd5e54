"""A release made ready to answer: the checked bundle with everything that is made once from the definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.cli.console import UserError
from features.definition import Definition, Label
from features.definition.feature import feature_specs
from models.policy.policy import Policy, load_policies, policy_for
from models.release.bundle import Bundle, load_bundle
from models.release.regions import RegionReader
from models.release.suspensions import SuspensionReader
from serving.batch.county import Scoring
from serving.service.problem import RequestError
from serving.service.query import QueryReader
from serving.service.record_reasons import Layout


@dataclass(frozen=True, slots=True)
class Loaded:
    """A release with the readers, words and rules its answers need. Never changed: a new release is another one."""

    bundle: Bundle
    definition: Definition
    layout: Layout
    labels: Mapping[str, Label]
    policies: tuple[Policy, ...]
    suspensions: SuspensionReader
    regions: RegionReader

    @staticmethod
    def load(path: Path, reader: QueryReader, home: Path) -> Loaded:
        """Check a bundle (files, contract, a first load in a child process, golden vectors) and make it ready.

        Args:
            path: the folder of the bundle.
            reader: reads requests by the definition the service answers for.
            home: where monitoring writes whose scores are suspended, and checks whom the release does not fit.

        Raises:
            UserError: the bundle is not sound or made for other features.
        """
        definition = reader.definition
        bundle = load_bundle(path, definition)
        return Loaded(
            bundle=bundle,
            definition=definition,
            layout=Layout.of(bundle.model.contract, definition),
            labels={spec.name: spec.label for spec in feature_specs(definition)},
            policies=load_policies(),
            suspensions=SuspensionReader(home),
            regions=RegionReader(home),
        )

    @property
    def model_id(self) -> str:
        """Which release this is."""
        return self.bundle.model_id

    def scoring(self, county: str, as_of: dt.date) -> Scoring:
        """What scores of a county on a day are made with.

        Raises:
            RequestError: no policy is in force there on that day, or it cannot be told whose scores are suspended.
        """
        try:
            policy = policy_for(self.policies, self.definition.name, county, as_of)
            policy.check(self.definition)
        except UserError as error:
            raise RequestError(422, "no_policy", "no policy is in force for this region on this day") from error
        try:
            suspended = county in self.suspensions.current()
            region = self.regions.current(county, self.model_id)
        except UserError as error:
            raise RequestError(503, "suspensions_unreadable", "whose scores are withheld cannot be read") from error
        return Scoring.of(self.bundle, self.definition, policy, as_of, suspended=suspended, region=region)
