"""Who looks at a page, and at which site: asked anew at every run, so that revoking works at once.

How that is looked up: ``dashboards.visitors``. The page on which people sign in: ``dashboards.login``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import streamlit as st

from dashboards.visitors import Asked, Visitor, look_up
from data_contracts.errors import SiteError
from data_contracts.site import SiteConfig, read_toml
from etl.desk import login_mode, record_sign_in, settings

TOKEN = "login.token"  # noqa: S105 - the name under which a session keeps it
SEEN_AS = "people.seen_as"


def visitor(home: Path) -> Visitor | None:
    """Who looks now; None when somebody has to sign in first. Raises what ``visitors.look_up`` raises."""
    token = st.session_state.get(TOKEN) or st.context.cookies.get(own_cookie())
    token = token if isinstance(token, str) else ""
    vouched = cast(Mapping[str, object], st.user)
    found = look_up(home, Asked(token, vouched, client_address(), st.session_state.get(SEEN_AS)))
    if found is None or found.actor.kind != "login":
        return found
    if login_mode(home) == "local":
        st.session_state[TOKEN] = token
    elif st.session_state.get("login.recorded") != found.actor.name:
        record_sign_in(home, found.actor)
        st.session_state["login.recorded"] = found.actor.name
    return found


def cookie_name(*, is_secure: bool) -> str:
    """Of the cookie of a session; under TLS one that no other host can set for us."""
    return "__Host-shiftledger_session" if is_secure else "shiftledger_session"


def own_cookie() -> str:
    """The name for the address at which the page is looked at."""
    return cookie_name(is_secure=str(st.context.url).startswith("https://"))


def client_address() -> str:
    """The machine from which somebody looks; behind a proxy that is trusted, the one that the proxy names."""
    address = st.context.ip_address
    return address if isinstance(address, str) else "loopback"


def current_home() -> Path:
    """The folder of the site, from SHIFTLEDGER_SITE. Raises SiteError when it is not set."""
    site = settings().site
    if site is None:
        raise SiteError("no site is chosen; start with `shiftledger serve SITE` or set SHIFTLEDGER_SITE")
    return site


def site_config(home: Path) -> SiteConfig:
    """The site's configuration. Raises SiteError when it is missing or wrong."""
    path = home / "site.toml"
    if not path.is_file():
        raise SiteError(f"{path}: not found; make an empty site with `shiftledger init {home}`")
    return read_toml(path, SiteConfig)


def zone_for(config: SiteConfig, plant: str | None) -> str:
    """The clock on which instants are shown: the plant's, or that of all plants when they share one, else UTC."""
    zones = {entry.timezone for entry in config.plant if plant in (None, entry.id)}
    return zones.pop() if len(zones) == 1 else "UTC"
