"""What a proxy asks before it lets somebody through to Dagster, which knows no logins: who they are, and how far.

``GET /gate``: 401 for nobody, 403 for who may not, else 204 with two headers: the person, and ``full`` or ``read``.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards.session import current_home
from dashboards.web import asking
from data_contracts.errors import PeopleError
from data_contracts.scope import Scope
from etl.desk import audit, scope_of

ACTION = "dagster.open"


def _answer(request: Request) -> Response:
    home, target = current_home(), request.headers.get("x-original-uri", "")[:200]
    try:
        visitor = asking.visitor(request)
    except PeopleError as error:
        audit(home, asking.nobody(request), ACTION, target, outcome="denied", reason=str(error))
        return Response(status_code=403)
    if visitor is None:
        return Response(status_code=401)
    if scope_of(home, visitor.actor, "load") == Scope.company():
        server = "full"
    elif visitor.scope == Scope.company():
        # Dagster knows no scopes: runs of all lines stand side by side.
        server = "read"
    else:
        audit(home, visitor.actor, ACTION, target, outcome="denied", reason="sees a part of the company only")
        return Response(status_code=403)
    headers = {"X-ShiftLedger-User": quote(visitor.actor.name), "X-ShiftLedger-Dagster": server}
    return Response(status_code=204, headers=headers)


ROUTES = [Route("/gate", _answer, methods=["GET"])]
