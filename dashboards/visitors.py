"""Who somebody is and what they may see and do: asked anew each time, by pages and by routes, so that revoking works.

Where a page gets what it asks with: ``dashboards.session``; where a route does: ``dashboards.web.asking``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from data_contracts.errors import PeopleError
from data_contracts.rights import RIGHTS
from data_contracts.scope import Actor, Scope
from etl.desk import access, login_mode, scope_of, settings, signed_in


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser brings: the token of a session of ours, or what a provider of logins vouches for; its address.

    ``seen_as``: the person through whose eyes an admin wants to look.
    """

    token: str = field(default="", repr=False)
    vouched: Mapping[str, object] = field(default_factory=dict)
    address: str = ""
    seen_as: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person in front of the screen; the scope is what they may see."""

    actor: Actor
    scope: Scope
    rights: frozenset[str] = frozenset(RIGHTS)
    must_change: bool = False


def look_up(home: Path, asked: Asked) -> Visitor | None:
    """Who asks; None when somebody has to sign in first.

    Raises PeopleError for somebody without any role, StoreError when roles cannot be looked up: nobody passes then.
    """
    mode = login_mode(home)
    if mode == "none":
        # Whoever reaches a machine without a login works with its keys; it is served on the loopback address only.
        name = os.environ.get("SHIFTLEDGER_ACTOR") or "local"
        return Visitor(Actor(name, roles=("operator",), address=asked.address), own_scope())
    must_change = False
    if mode == "local":
        login = signed_in(home, asked.token, now=now())
        if login is None:
            return None
        name, must_change = login.name, login.must_change
    else:
        if not asked.vouched.get("is_logged_in"):
            return None
        name = claimed(asked.vouched)
    actor = Actor(name, "login", address=asked.address)
    held = access(home, actor)
    if held is None or not held.grants:
        raise PeopleError("no_roles", name=name)
    actor = replace(actor, roles=held.roles)
    if asked.seen_as:
        eyes = replace(actor, seen_as=asked.seen_as)
        return Visitor(eyes, scope_of(home, eyes, "see"), frozenset({"see"}), must_change)
    rights = frozenset(right for right in RIGHTS if held.may(right))
    return Visitor(actor, held.scope("see"), rights, must_change)


def claimed(vouched: Mapping[str, object]) -> str:
    """The name that the provider of logins vouches for. Raises PeopleError when it says none."""
    claim = settings().login_claim
    name = vouched.get(claim)
    if not isinstance(name, str) or not name.strip():
        raise PeopleError("no_claim", claim=claim)
    if claim == "email" and vouched.get("email_verified") is not True:
        raise PeopleError("not_verified")
    return name.strip()


def own_scope() -> Scope:
    """Of a machine without a login: SHIFTLEDGER_SCOPE, else all. Raises ScopeError when written wrongly."""
    return Scope.parse(os.environ.get("SHIFTLEDGER_SCOPE") or "*")


def now() -> datetime:
    """This moment, UTC without zone."""
    return datetime.now(UTC).replace(tzinfo=None)
