"""The list as a workbook to take away."""

from __future__ import annotations

from starlette.responses import Response

from serving.review.settings import settings
from serving.review.web.ask import Ask
from serving.review.web.pages.list_paper import WHOLE
from serving.review.web.pages.my_list import names_of, shared
from serving.review.web.pages.workbook.write import Book, write_list
from serving.review.work.my_list import Wanted, my_list

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def give(ask: Ask) -> Response:
    """The whole list; with names only on request, which the log of accesses tells apart."""
    names = bool(ask.query("names"))
    purpose = "workbook_names" if names else "workbook"
    part = my_list(ask.session, ask.viewer, Wanted(count=WHOLE), purpose, ask.now)
    said = shared(ask, part, names_of(ask, part.items) if names else {})
    today = settings().day_of(ask.now)
    first = min((one.as_of for one in part.lists), default=today)
    content = write_list(Book(said["rows"], ask.words, names, (first, today), said["simulated"]))
    months = max((one.period_from for one in part.lists), default=today)
    headers = {"Content-Disposition": f'attachment; filename="mopai-list-{months:%Y-%m}.xlsx"'}
    return Response(content, media_type=_XLSX, headers=headers)
