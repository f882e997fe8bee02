"""Who sends a request: from its cookies alone, by the same look-up as a page's. For a page: ``dashboards.session``."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import (
    _get_signed_cookie_with_chunks,
    _parse_decoded_user_cookie,
)

from dashboards.session import cookie_name, current_home
from dashboards.visitors import Asked, Visitor, look_up
from dashboards.words import Words, language_of
from data_contracts.scope import Actor
from etl.desk import login_mode, settings


def visitor(request: HTTPConnection) -> Visitor | None:
    """Who asks; None for nobody, and for somebody who has to choose a password first. Raises as ``look_up`` does."""
    home = current_home()
    vouched = _vouched(request) if login_mode(home) == "oidc" else {}
    token = request.cookies.get(cookie_name(is_secure=request.url.scheme == "https"), "")
    found = look_up(home, Asked(token, vouched, address(request)))
    return None if found is None or found.must_change else found


def nobody(request: HTTPConnection) -> Actor:
    """Somebody whom we do not know, for the record."""
    return Actor("?", "login", address=address(request))


def address(request: HTTPConnection) -> str:
    """The machine that asks; behind a proxy that is trusted, the one that the proxy names."""
    return request.client.host if request.client else ""


def words(request: HTTPConnection, site_language: str = "") -> Words:
    """Texts in the language that the address asks for."""
    return Words(language_of(request.query_params.get("lang"), None, settings().language, site_language))


def _vouched(request: HTTPConnection) -> Mapping[str, object]:
    """What the provider of logins said, from the cookie that Streamlit signed, for this address of ours."""
    cookie = _get_signed_cookie_with_chunks(dict(request.cookies), USER_COOKIE_NAME)
    if cookie is None:
        return {}
    found: dict[str, object] = _parse_decoded_user_cookie(cookie, f"{request.url.scheme}://{request.url.netloc}")
    return found
