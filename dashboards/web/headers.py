"""What every answer tells the browser to keep strangers out: what may run, who may frame us, how to come back."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import Message

from dashboards import scripts

YEAR_S = 365 * 24 * 3600
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def protect(message: Message, path: str, *, is_secure: bool) -> None:
    """Put the headers on the start of an answer; under TLS no cookie leaves without it, and the browser stays there.

    A browser keeps the program's files, and nothing else.
    """
    headers = MutableHeaders(scope=message)
    headers.update(_headers())
    if not path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
    if not is_secure:
        return
    headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
    cookies = headers.getlist("set-cookie")
    if cookies:
        del headers["set-cookie"]
    for cookie in cookies:
        headers.append("set-cookie", cookie if "; secure" in cookie.lower() else f"{cookie}; Secure")


@cache
def _headers() -> dict[str, str]:
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *_inline(), *scripts.sources()],
        # Streamlit and its tables and charts write styles as they draw.
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _inline() -> list[str]:
    """Hashes of what stands in Streamlit's own page."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    return [scripts.source_of(text) for text in INLINE.findall(page.read_text(encoding="utf-8"))]
