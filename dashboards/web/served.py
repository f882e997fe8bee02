"""The dashboards as one ASGI application: Streamlit, our routes beside it, headers on every answer of both."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from dashboards.web import cookie, downloads, gate
from dashboards.web.headers import protect

CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/component", "/_stcore/bidi-components")
"""What Streamlit offers and nobody needs here."""


class Served(st.App):
    """The application. Headers are set here, outside of all middleware, so that a failure's answer has them too."""

    def __init__(self) -> None:
        script = Path(__file__).parent.parent / "app.py"
        super().__init__(script, routes=[*cookie.ROUTES, *downloads.ROUTES, *gate.ROUTES])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(message, is_secure=scope["scheme"] == "https")
            await send(message)

        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, answer)
        else:
            await super().__call__(scope, receive, answer)
