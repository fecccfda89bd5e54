"""What a row of each ledger table must look like in a request, made from the ledger definition."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from features.definition import Column, Definition, Label, Table
from features.definition.structure import ASSIGNMENTS, RECORDED_ON, RETRACTS, ROW_ID, VALID_FROM
from features.known import EPOCH, day_number
from serving.service.settings import limits

# The largest whole number that every reader of JSON keeps exact (RFC 8259, section 6).
_EXACT = 2**53 - 1
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

BOOK: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column(VALID_FROM, "date", Label("生效日期", "valid from"), required=True),
        Column(RECORDED_ON, "date", Label("登记日期", "recorded on"), required=True),
        Column(ROW_ID, "string", Label("记录编号", "record number")),
        Column(RETRACTS, "string", Label("撤销记录编号", "retracts record number")),
    )
}


def request_tables(definition: Definition) -> tuple[str, ...]:
    """The tables a request may hold: all but what lists assigned, which no score reads."""
    return tuple(name for name in definition.tables if name != ASSIGNMENTS)


def columns_of(table: Table) -> dict[str, Column]:
    """The columns of a row of the table: the definition's, then those of record."""
    return {**table.columns, **BOOK}


def row_model(definition: Definition, table: Table) -> type[BaseModel]:
    """The model of a row: types, codes, ranges and what must be there; nothing else is accepted.

    A column that is required may be missing in a row that takes another back, unless it is part of the key.
    """
    fields: dict[str, Any] = {
        name: _field(column, definition, needed=name in table.key or (name in BOOK and column.required))
        for name, column in columns_of(table).items()
    }
    config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, title=table.name)
    return create_model(table.name.capitalize(), __config__=config, __doc__=table.purpose, **fields)


def _field(column: Column, definition: Definition, *, needed: bool) -> tuple[Any, Any]:
    kind: Any = _kind(column, definition)
    words = f"{column.label.zh} / {column.label.en}"
    if needed:
        return (kind, Field(description=words))
    return (kind | None, Field(default=None, description=words))


def _kind(column: Column, definition: Definition) -> Any:  # noqa: ANN401 - a type made at run time
    codes = definition.code_values(column)
    if codes:
        one: Any = Literal[codes]
        listed = Annotated[list[one], Field(max_length=len(codes)), AfterValidator(_listed)]
        return one if column.type == "category" else listed
    if column.type == "date":
        return _day_kind(definition)
    return _KINDS[column.type](column)


def _text(column: Column) -> Any:  # noqa: ANN401 - a type made at run time
    return Annotated[str, Field(strict=True, min_length=1, max_length=limits().text_length, pattern=column.pattern)]


def _whole(column: Column) -> Any:  # noqa: ANN401 - a type made at run time
    low = -_EXACT if column.minimum is None else int(column.minimum)
    high = _EXACT if column.maximum is None else int(column.maximum)
    return Annotated[int, Field(strict=True, ge=low, le=high)]


def _number(column: Column) -> Any:  # noqa: ANN401 - a type made at run time
    return Annotated[float, Field(strict=True, allow_inf_nan=False, ge=column.minimum, le=column.maximum)]


def _yes_or_no(column: Column) -> Any:  # noqa: ANN401, ARG001 - a type made at run time, as the others are
    return Annotated[bool, Field(strict=True)]


_KINDS: Mapping[str, Callable[[Column], Any]] = {
    "string": _text, "integer": _whole, "number": _number, "boolean": _yes_or_no
}  # fmt: skip


def _day_kind(definition: Definition) -> Any:  # noqa: ANN401 - a type made at run time
    """A date written as 2016-07-31, within the limits of the definition, as a day number."""
    days = _Days(day_number(definition.dates_from), day_number(definition.dates_to))
    text = Annotated[str, Field(strict=True), AfterValidator(days.__getitem__)]
    return Annotated[text, WithJsonSchema(_date_schema(definition))]


def date_kind(definition: Definition) -> Any:  # noqa: ANN401 - a type made at run time
    """A date written as 2016-07-31, within the limits of the definition."""
    return Annotated[_day_kind(definition), AfterValidator(lambda day: EPOCH + dt.timedelta(days=day))]


def _date_schema(definition: Definition) -> dict[str, Any]:
    ends = f"from {definition.dates_from} to {definition.dates_to}"
    return {"type": "string", "format": "date", "description": ends}


class _Days(dict[str, int]):
    """Day numbers by how a date is written, each made once: a request names the same few thousand over and over."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__()
        self._ends = (first, last)

    def __missing__(self, text: str) -> int:
        """The day number of a date written as 2016-07-31; ValueError for anything else."""
        number = day_number(dt.date.fromisoformat(text)) if _WRITTEN.fullmatch(text) else None
        if number is None or not self._ends[0] <= number <= self._ends[1]:
            raise ValueError("not a possible date")
        return self.setdefault(text, number)


def _listed(codes: list[str]) -> str:
    """Codes as the ledger keeps them: sorted, with a semicolon before and after each."""
    return _joined(tuple(codes))


@lru_cache(maxsize=4096)
def _joined(codes: tuple[str, ...]) -> str:
    return ";" + "".join(f"{code};" for code in sorted(set(codes)))


def wanted(column: Column, definition: Definition) -> Label:
    """What a column takes, in words."""
    codes = definition.code_values(column)
    if codes:
        listed = ", ".join(codes)
        return Label(f"以下代码：{listed}", f"of these codes: {listed}")
    if column.type == "date":
        ends = definition.dates_from, definition.dates_to
        return Label(
            f"{ends[0]} 至 {ends[1]} 的日期，如 2016-07-31", f"a date such as 2016-07-31, from {ends[0]} to {ends[1]}"
        )
    if column.type == "boolean":
        return Label("true 或 false", "true or false")
    if column.type == "string":
        like = f"，形如 {column.pattern}" if column.pattern else ""
        return Label(f"文本{like}", "a text" + (f" like {column.pattern}" if column.pattern else ""))
    kind = Label("整数", "a whole number") if column.type == "integer" else Label("数", "a number")
    low = "" if column.minimum is None else f"{column.minimum:g}"
    high = "" if column.maximum is None else f"{column.maximum:g}"
    if not low and not high:
        return kind
    return Label(f"{low} 至 {high} 的{kind.zh}", f"{kind.en} from {low or 'any'} to {high or 'any'}")
