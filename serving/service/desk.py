"""Where requests are answered: the release in use, the last scores, and the work of one worker."""

from __future__ import annotations

import gc
import importlib
import threading
from dataclasses import dataclass
from pathlib import Path

import pydantic_core

from features.definition import Definition
from models.release.current import ReleaseStore
from serving.service.answer import score_answer
from serving.service.areas import CountyArea, ScoreStore
from serving.service.example import example_request
from serving.service.explain import explain_answer
from serving.service.loaded import Loaded
from serving.service.metrics import Metrics
from serving.service.problem import RequestError
from serving.service.query import Query, QueryReader
from serving.service.releases import Releases
from serving.service.score import score
from serving.service.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """One worker's desk. Nothing here changes but the release and the folder of scores, each exchanged whole."""

    definition: Definition
    reader: QueryReader
    releases: Releases
    scores: ScoreStore
    metrics: Metrics

    @staticmethod
    def open(settings: Settings, reader: QueryReader, metrics: Metrics) -> Desk:
        """Make the desk ready; no release is loaded yet."""
        example = pydantic_core.to_json(example_request(reader.definition))

        def load(path: Path) -> Loaded:
            # Both are imported while the child process tries the bundle.
            for name in ("lightgbm", "models.kernel.compiled"):
                threading.Thread(target=importlib.import_module, args=(name,), daemon=True).start()
            loaded = Loaded.load(path, reader, settings.home)
            # The first request makes what later ones find made; nobody should have to wait for that.
            score_answer(query := reader.read(example), score(query, loaded, CountyArea({}, None)), loaded)
            # What is loaded now stays: a collection that walks it all holds every answer up for 0.1 s.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            return loaded

        return Desk(
            definition=reader.definition,
            reader=reader,
            releases=Releases(ReleaseStore(settings.home), load),
            scores=ScoreStore(settings.scores),
            metrics=metrics,
        )

    def score(self, body: bytes) -> bytes:
        """Answer ``/v1/score``.

        Raises:
            RequestError: the request as a whole cannot be answered, or no release is ready.
        """
        loaded = self._loaded()
        query = self.reader.read(body)
        answer = score_answer(query, score(query, loaded, self._area(query)), loaded)
        self.metrics.count(answer["counts"])
        return pydantic_core.to_json(answer)

    def explain(self, body: bytes) -> bytes:
        """Answer ``/v1/explain``; raises as ``score``."""
        loaded = self._loaded()
        query = self.reader.read(body, explain=True)
        return pydantic_core.to_json(explain_answer(query, loaded, self._area(query)))

    def model(self) -> bytes:
        """Answer ``/v1/model``; raises as ``score``."""
        loaded = self._loaded()
        manifest, model = loaded.bundle.manifest, loaded.bundle.model
        return pydantic_core.to_json(
            {
                "model_id": loaded.model_id,
                "definition": {"name": manifest.definition_name, "version": manifest.definition_version},
                "windows": manifest.windows,
                "metrics": manifest.metrics,
                "cutoffs": model.cutoffs.to_json(),
                "features": loaded.layout.sources,
                "card": loaded.bundle.card,
                "releases": self.releases.history(loaded.model_id),
            },
            inf_nan_mode="null",
        )

    def _loaded(self) -> Loaded:
        loaded = self.releases.current()
        if loaded is None:
            raise RequestError(503, "not_ready", "no release is ready yet")
        return loaded

    def _area(self, query: Query) -> CountyArea:
        if query.area is not None:
            return CountyArea(query.area, query.as_of)
        return self.scores.area(query.county, query.as_of)
