"""Files that people take away, each under an address that is worth nothing by itself.

Who asks, and whether they may at this moment and in that part of the company, is looked up when the file is fetched:
nobody gets 401, who may not gets 403, both on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboards import export
from dashboards.app import found_pages
from dashboards.opening import opened
from dashboards.queries._reading import Reader
from dashboards.session import current_home, site_config, zone_for
from dashboards.turns import DRAWING
from dashboards.view import View, Visit
from dashboards.visitors import Visitor
from dashboards.web import asking, kept
from dashboards.words import Words
from data_contracts.errors import DeniedError, PeopleError, ScopeError, ShiftLedgerError
from etl.desk import (
    Wanted,
    audit,
    current_version,
    export_audit,
    record_marked,
    scope_of,
    source_original,
    template_of,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """What somebody takes away."""

    name: str
    content: bytes
    kind: str = XLSX


Make = Callable[[Request, Visitor], File | None]


def _route(path: str, make: Make) -> Route:
    def answer(request: Request) -> Response:
        home, asked = current_home(), request.url.path
        words = asking.words(request, site_config(home).site.language)
        try:
            visitor = asking.visitor(request)
        except PeopleError as error:
            audit(home, asking.nobody(request), "download", asked, outcome="denied", reason=str(error))
            return PlainTextResponse(error.text(words.language), status_code=403)
        if visitor is None:
            audit(home, asking.nobody(request), "download", asked, outcome="denied", reason="nobody is signed in")
            return PlainTextResponse(words.t("download.sign_in"), status_code=401)
        try:
            file = make(request, visitor)
        except (DeniedError, ScopeError) as error:  # the desk has put it on record
            return PlainTextResponse(error.text(words.language), status_code=403)
        except ShiftLedgerError as error:
            return PlainTextResponse(error.text(words.language), status_code=409)
        if file is None:
            return PlainTextResponse(words.t("download.gone"), status_code=404)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return Response(file.content, headers=headers, media_type=file.kind)

    return Route(path, answer, methods=["GET"])


def _workbook(request: Request, visitor: Visitor) -> File | None:
    """The figures of a page."""
    with _opened(request, visitor, "exported") as (view, module):
        if view is None:
            return None
        key, chosen = module.PAGE.key, view.filters
        content = export.made(view, key, module.exported, dict(request.query_params))
        return File(f"{export.file_name(view, key, chosen.first, chosen.last)}.xlsx", content)


def _paper(request: Request, visitor: Visitor) -> File | None:
    """A page on paper, of the last day chosen."""
    with _opened(request, visitor, "printed") as (view, module):
        if view is None:
            return None
        name = f"{export.file_name(view, module.PAGE.key, view.filters.last)}.pdf"
        return File(name, module.printed(view), "application/pdf")


@contextmanager
def _opened(request: Request, visitor: Visitor, gives: str) -> Iterator[tuple[View | None, Any]]:
    """The view that the address asks for, where the person may take figures away, and its page.

    None when no page of that name gives what is asked for, or there are no figures.
    """
    key, home = request.path_params["key"], current_home()
    module = next((one for one in found_pages() if one.PAGE.key == key and hasattr(one, gives)), None)
    if module is None:
        yield None, None
        return
    config = site_config(home)
    words = Words(asking.words(request, config.site.language).language, zone_for(config, None))
    scope = scope_of(home, visitor.actor, "export").within(visitor.scope)
    visit = Visit(home, visitor.actor, scope, words, rights=visitor.rights)
    with DRAWING, Reader(current_version(home)) as reader:
        yield opened(visit, config, reader, module.PAGE, request.query_params), module


def _marked(request: Request, visitor: Visitor) -> File | None:
    """The copy with the marks of a report that the same person had checked."""
    file = kept.fetch(request.path_params["number"])
    if file is None:
        return None
    record_marked(current_home(), visitor.actor, visitor.scope, file.name, is_own=file.owner == visitor.actor.name)
    return File(file.name, file.content)


def _template(request: Request, visitor: Visitor) -> File:
    """The standard report of a line."""
    plant, line = request.path_params["plant"], request.path_params["line"]
    home = current_home()
    language = asking.words(request, site_config(home).site.language).language
    return File(f"{plant}_{line}.xlsx", template_of(home, visitor.actor, visitor.scope, plant, line, language))


def _source(request: Request, visitor: Visitor) -> File:
    """A file as it was handed in."""
    name, content = source_original(current_home(), visitor.actor, visitor.scope, request.path_params["file"])
    return File(name, content, "application/octet-stream")


def _audit(request: Request, visitor: Visitor) -> File:
    """Records of the audit log."""
    asked = request.query_params
    wanted = Wanted(*(asked.get(name, "").strip()[:200] for name in ("text", "actor", "action", "outcome")))
    return File("audit.csv", export_audit(current_home(), visitor.actor, wanted), "text/csv")


ROUTES = [
    _route("/download/workbook/{key}", _workbook),
    _route("/download/paper/{key}", _paper),
    _route("/download/marked/{number}", _marked),
    _route("/download/template/{plant}/{line}", _template),
    _route("/download/source/{file}", _source),
    _route("/download/audit", _audit),
]
