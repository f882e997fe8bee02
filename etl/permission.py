"""Whether a person may do something, and where: asked by every function of the desks, before anything else.

Looked up at each deed, so that revoking works at once. What each role may do: ``data_contracts.rights``.
"""

from __future__ import annotations

from pathlib import Path

from data_contracts.errors import DeniedError
from data_contracts.rights import Access
from data_contracts.scope import Actor, Scope
from data_contracts.site import SiteConfig, read_toml
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.store.state.people import grants

Place = tuple[str | None, ...]


def access_of(home: Path, name: str) -> Access:
    """What a person who signed in may do now. Raises StoreError when the state store cannot be reached."""
    data = data_folder(home)
    keys = load_keys(data, settings().key_dir, create=True)
    return Access(tuple(grants(data, keys, site_id(home), name)))


def scope_of(home: Path, actor: Actor, right: str) -> Scope:
    """The part of the company in which the actor has a right now.

    Who works with the keys of the machine has every right everywhere. Who looks through another person's eyes sees
    what both may see, and does nothing.
    """
    if actor.kind != "login":
        return Scope.company()
    own = access_of(home, actor.name)
    if actor.seen_as is None:
        return own.scope(right)
    if right != "see" or not own.may("grant"):
        return Scope()
    return own.scope("see").within(access_of(home, actor.seen_as).scope("see"))


def allowed(
    home: Path,
    actor: Actor,
    scope: Scope,
    right: str,
    action: str,
    target: str,
    *,
    place: Place | None = None,
) -> Scope:
    """The part of ``scope`` in which the actor has a right; with a ``place``, that must lie inside.

    Raises DeniedError, with a record, when there is no such part.
    """
    within = scope_of(home, actor, right).within(scope)
    if within.nodes and (place is None or within.covers(*place)):
        return within
    if place is None:
        error = DeniedError("right", name=actor.name, right=(f"right.{right}",))
    else:
        at = "/".join(part or "*" for part in place) or "*"
        error = DeniedError("right_there", name=actor.name, right=(f"right.{right}",), place=at)
    data = data_folder(home)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=True))
    log.append(actor, action, target[:200], outcome="denied", reason=str(error), right=right)
    raise error


def site_id(home: Path) -> str:
    """Id of a site, under which the state store keeps its rows."""
    return read_toml(home / "site.toml", SiteConfig).site.id
