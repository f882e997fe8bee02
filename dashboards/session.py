"""Who looks, what they may see and do, and which site: asked anew at every run, so that revoking works at once.

The page on which people sign in: ``dashboards.login``. What a role may do: ``data_contracts.rights``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from data_contracts.errors import PeopleError, SiteError
from data_contracts.rights import RIGHTS
from data_contracts.scope import Actor, Scope
from data_contracts.site import SiteConfig, read_toml
from etl.desk import access, login_mode, record_sign_in, scope_of, settings, signed_in

COOKIE = "shiftledger_session"
TOKEN = "login.token"  # noqa: S105 - the name under which a session keeps it
SEEN_AS = "people.seen_as"


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person in front of the screen; the scope is what they may see."""

    actor: Actor
    scope: Scope
    rights: frozenset[str] = frozenset(RIGHTS)
    must_change: bool = False


def visitor(home: Path) -> Visitor | None:
    """Who looks now; None when somebody has to sign in first.

    Raises PeopleError for somebody without any role, StoreError when roles cannot be looked up: nobody passes then.
    """
    mode = login_mode(home)
    if mode == "none":
        # Whoever reaches a machine without a login works with its keys; it is served on the loopback address only.
        return Visitor(Actor(os.environ.get("SHIFTLEDGER_ACTOR") or "local", roles=("operator",)), own_scope())
    must_change = False
    if mode == "local":
        token = st.session_state.get(TOKEN) or st.context.cookies.get(COOKIE)
        login = signed_in(home, token, now=now()) if isinstance(token, str) else None
        if login is None:
            return None
        st.session_state[TOKEN] = token
        name, must_change = login.name, login.must_change
    else:
        if not st.user.get("is_logged_in"):
            return None
        name = claimed()
    actor = Actor(name, "login")
    held = access(home, actor)
    if held is None or not held.grants:
        raise PeopleError("no_roles", name=name)
    actor = replace(actor, roles=held.roles)
    if mode == "oidc" and st.session_state.get("login.recorded") != name:
        record_sign_in(home, actor)
        st.session_state["login.recorded"] = name
    if seen_as := st.session_state.get(SEEN_AS):
        eyes = replace(actor, seen_as=seen_as)
        return Visitor(eyes, scope_of(home, eyes, "see"), frozenset({"see"}), must_change)
    rights = frozenset(right for right in RIGHTS if held.may(right))
    return Visitor(actor, held.scope("see"), rights, must_change)


def claimed() -> str:
    """The name that the provider of logins vouches for. Raises PeopleError when it says none."""
    claim = settings().login_claim
    name = st.user.get(claim)
    if not isinstance(name, str) or not name.strip():
        raise PeopleError("no_claim", claim=claim)
    if claim == "email" and st.user.get("email_verified") is not True:
        raise PeopleError("not_verified")
    return name.strip()


def own_scope() -> Scope:
    """Of a machine without a login: SHIFTLEDGER_SCOPE, else all. Raises ScopeError when written wrongly."""
    return Scope.parse(os.environ.get("SHIFTLEDGER_SCOPE") or "*")


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


def now() -> datetime:
    """This moment, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
