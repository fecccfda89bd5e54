"""A request: the day and place it speaks for, the language of the answer, and rows by table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic_core
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, create_model

from features.definition import Definition, Language
from features.definition.structure import CHILD, CHILDREN, COUNTY_DIGITS, REGION, VILLAGE_DIGITS
from features.operators.formulas import area_part, area_whole
from features.operators.program import program_of
from features.record.table import Area
from serving.service.problem import RequestError
from serving.service.read_rows import ReadRows, RowReader
from serving.service.row_models import date_kind, request_tables
from serving.service.settings import limits

AREA = "area"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Query:
    """A request that can be answered.

    ``county`` is the first six digits of the region asked for. ``area`` are totals by village sent with the request,
    None when the service is to use those it has. ``child`` is the child to explain, None when all are to be scored.
    """

    as_of: dt.date
    county: str
    language: Language
    rows: ReadRows
    area: Area | None = None
    child: str | None = None


@dataclass(frozen=True, slots=True)
class QueryReader:
    """Reads request bodies by the models of a definition, made once."""

    definition: Definition
    score: type[BaseModel]
    explain: type[BaseModel]
    rows: RowReader

    @staticmethod
    def of(definition: Definition) -> QueryReader:
        """Make the models of a definition's requests."""
        rows = RowReader.of(definition)
        fields = _fields(definition, rows)
        child: Any = (Annotated[str, Field(strict=True, min_length=1, max_length=limits().text_length)], ...)
        config = ConfigDict(extra="forbid", hide_input_in_errors=True)
        return QueryReader(
            definition,
            create_model("ScoreRequest", __config__=config, __doc__="Families to score together.", **fields),
            create_model("ExplainRequest", __config__=config, __doc__="One child.", **{CHILD: child}, **fields),
            rows,
        )

    def read(self, body: bytes, *, explain: bool = False) -> Query:
        """Read the body of a request.

        Raises:
            RequestError: it is no JSON, lacks something all records need, or is too large.
        """
        try:
            content = pydantic_core.from_json(body, allow_inf_nan=False, cache_strings="keys")
        except ValueError as error:
            raise RequestError(400, "not_json", "the body is not JSON (or too deeply nested)") from error
        try:
            model = (self.explain if explain else self.score).model_validate(content)
        except ValidationError as error:
            places = [".".join(str(part)[:64] for part in found["loc"]) for found in error.errors(include_input=False)]
            named = ", ".join(places[:_SHOWN]) or "body"
            raise RequestError(422, "not_a_request", f"not as the schema has it: {named}") from error
        return self._query(dict(model))

    def _query(self, sent: Mapping[str, Any]) -> Query:
        tables = {name: sent[name] for name in self.rows.tables}
        if len(tables[CHILDREN]) > limits().rows or sum(map(len, tables.values())) > limits().rows:
            raise RequestError(413, "too_many_rows", f"more than {limits().rows} rows")
        area = sent[AREA]
        return Query(
            as_of=sent["as_of"],
            county=sent["region"][:COUNTY_DIGITS],
            language=sent["language"],
            rows=self.rows.read(tables),
            area=None if area is None else {row[REGION]: row for row in map(dict, area)},
            child=sent.get(CHILD),
        )


def _fields(definition: Definition, rows: RowReader) -> dict[str, Any]:
    tables: dict[str, Any] = {
        name: (_rows_kind(rows.tables[name].model), Field(default_factory=list)) for name in request_tables(definition)
    }
    return {
        "as_of": (date_kind(definition), Field(description="the day to speak for: only what was known then counts")),
        "region": (
            Annotated[str, Field(strict=True, pattern=rf"^[0-9]{{{COUNTY_DIGITS},{VILLAGE_DIGITS}}}$")],
            Field(description="the county (its first six digits)"),
        ),
        "language": (Literal["zh", "en"], Field(default="zh")),
        **tables,
        AREA: (
            list[_area_model(definition)] | None,  # type: ignore[misc]  # a type made at run time
            Field(default=None, description="totals by village; left out: those of the county's last batch"),
        ),
    }


def _rows_kind(model: type[BaseModel]) -> Any:  # noqa: ANN401 - a type made at run time
    """Any list: each row is read by itself, so that a bad one never fails others. The schema says what is wanted."""
    return Annotated[list[Any], WithJsonSchema({"type": "array", "items": model.model_json_schema()})]


def _area_model(definition: Definition) -> type[BaseModel]:
    number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
    facts = [fact.name for fact in program_of(definition).area_facts]
    named = [column(name) for name in facts for column in (area_part, area_whole)]
    fields: dict[str, Any] = {REGION: (Annotated[str, Field(strict=True)], ...)} | dict.fromkeys(named, (number, ...))
    return create_model("Area", __config__=ConfigDict(extra="forbid", hide_input_in_errors=True), **fields)
