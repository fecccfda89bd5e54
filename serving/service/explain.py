"""One child with every contribution: what each declared feature adds to its score, known or not."""

from __future__ import annotations

from typing import Any

import numpy as np

from features.definition.structure import CHILD
from features.record.table import record_table
from models.explain import explain
from models.reasons import Reason
from serving.batch.county import SCORED
from serving.service.answer import Words
from serving.service.areas import CountyArea
from serving.service.loaded import Loaded
from serving.service.problem import RequestError
from serving.service.query import Query
from serving.service.record_reasons import one_value
from serving.service.record_scores import as_date
from serving.service.score import Scored, score


def explain_answer(query: Query, loaded: Loaded, area: CountyArea) -> dict[str, Any]:
    """The answer to ``/v1/explain``: the child's record, the model's mean score and all contributions, largest first.

    Raises:
        RequestError: the request holds no such child, or no policy is in force.
    """
    scored = score(query, loaded, area)
    words = Words(loaded, scored, query.language)
    row = next((row for row in scored.rows if row[CHILD] == query.child), None)
    if row is None and query.child not in scored.unscored:
        raise RequestError(422, "no_such_child", f"no row of 'children' names the {CHILD} asked for")
    if row is None:
        return {
            **words.head(),
            "record": words.unscored(str(query.child), query),
            "mean_score": None,
            "contributions": [],
        }
    answer = {**words.head(), "record": words.record(row)}
    if row["status"] != SCORED:
        return {**answer, "mean_score": None, "contributions": []}
    mean, reasons = _contributions(query, loaded, scored, area)
    return {**answer, "mean_score": mean, "contributions": words.reasons(reasons)}


def _contributions(query: Query, loaded: Loaded, scored: Scored, area: CountyArea) -> tuple[float, list[Reason]]:
    table = record_table(
        query.rows.tables, loaded.definition, scored.scoring.as_of, county=query.county, area=area.rows
    )
    place = table.children.index(str(query.child))
    matrix = np.ascontiguousarray(table.matrix[place : place + 1])
    explained = explain(scored.scoring.model, matrix)
    values = matrix[0].tolist()
    reasons = [
        Reason(
            feature=name,
            value=one_value(values, parts),
            contribution=contribution,
            date=as_date(table.dates[of_table][place]),
        )
        for name, parts, of_table, contribution in zip(
            loaded.layout.sources,
            loaded.layout.parts,
            loaded.layout.tables,
            explained.contributions[0].tolist(),
            strict=True,
        )
    ]
    return explained.bias, sorted(reasons, key=lambda reason: -abs(reason["contribution"]))
