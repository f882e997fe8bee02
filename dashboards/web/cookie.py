"""The cookie of a session of our own. Streamlit sets none, so a page hands the browser a code for it, good once.

The token never stands in a page: no script can read it, neither there nor in the cookie.
"""

from __future__ import annotations

import secrets
import time
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboards.session import cookie_name

GOOD_FOR_S = 60
_codes: dict[str, tuple[str, float]] = {}
_lock = Lock()


def hand_over(token: str) -> str:
    """A code for which a browser gets the cookie, once and soon."""
    code = secrets.token_urlsafe(32)
    with _lock:
        for old in [known for known, (_, until) in _codes.items() if until < time.monotonic()]:
            del _codes[old]
        _codes[code] = (token, time.monotonic() + GOOD_FOR_S)
    return code


async def _set(request: Request) -> Response:
    """A header of our own cannot come from a page of another site, which could plant its own session otherwise."""
    with _lock:
        token, until = _codes.pop(request.headers.get("x-shiftledger-code", ""), ("", 0.0))
    if not token or until < time.monotonic():
        return Response(status_code=403)
    response = Response(status_code=204)
    is_secure = request.url.scheme == "https"
    name = cookie_name(is_secure=is_secure)
    response.set_cookie(name, token, path="/", secure=is_secure, httponly=True, samesite="strict")
    return response


ROUTES = [Route("/session", _set, methods=["POST"])]
