"""The dashboards as one ASGI application: Streamlit, our routes beside it, headers on every answer of both."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from dashboards.session import current_home
from dashboards.web import cookie, downloads, gate
from dashboards.web.headers import protect
from etl.desk import login_mode

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/component", "/_stcore/bidi-components")
"""What Streamlit offers and nobody needs here."""
GUARDED = ("/_stcore/stream", "/_stcore/upload_file", "/download", "/gate")
"""Where figures come out, and reports go in."""


class Served(st.App):
    """The application. Headers are set here, outside of all middleware, so that a failure's answer has them too."""

    def __init__(self) -> None:
        script = Path(__file__).parent.parent / "app.py"
        super().__init__(script, routes=[*cookie.ROUTES, *downloads.ROUTES, *gate.ROUTES])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(message, scope["path"], is_secure=scope["scheme"] == "https")
            await send(message)

        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        elif scope["path"].startswith(GUARDED) and await run_in_threadpool(_lets_anybody_through, scope):
            await _refuse(scope, receive, answer)
        elif scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
        elif scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, answer)
        else:
            await super().__call__(scope, receive, answer)


def _lets_anybody_through(scope: Scope) -> bool:
    """Whether a proxy, of which we were not told, leads here although nobody has to sign in: for this machine only."""
    proxied = any(name == b"x-forwarded-for" for name, _ in scope["headers"])
    return proxied and login_mode(current_home()) == "none"


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        text = "Nobody has to sign in to this site, so it is served to its own machine only, and through no proxy."
        await PlainTextResponse(text, status_code=403)(scope, receive, send)
