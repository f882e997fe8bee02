"""Who holds which role where: granted, revoked, listed, each with a reason. Opened by ``etl.desk``.

Who works with the keys of the machine may do all of it, so the first admin comes from the command line. Passwords and
sessions: ``etl.login_desk``.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from data_contracts.errors import DecisionError, PeopleError, ToldError
from data_contracts.rights import APART, ROLES, Grant
from data_contracts.scope import Actor, Scope, folded, same_person
from data_contracts.site import Site
from etl.permission import allowed
from etl.ruling import given_reason
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import Keys, load_keys
from etl.store.state.people import add_grant, grants, revoke_grant

MOST_NAME = 100


def grant(home: Path, actor: Actor, name: str, role: str, at: str, reason: str, *, now: datetime) -> Grant:
    """Give a role in a part of the company, ``P1/A2`` or ``*``; it counts at once. ``now``: UTC without zone.

    Raises PeopleError, DeniedError for a part that the actor does not administer, ScopeError for one written wrongly.
    """
    scope = Scope.parse(at)
    named, target = name.strip(), f"{name.strip()[:MOST_NAME]} {role} {scope}"
    for node in scope.nodes:
        allowed(home, actor, Scope.company(), "grant", "people.grant", target, place=_whole(node))
    data, keys, site = _store(home)
    try:
        text = _reason(reason)
        _sound(site, actor, named, role, scope)
        if clash := _clash(grants(data, keys, site.config.site.id, named), role):
            raise PeopleError("apart", name=named, role=(f"role.{role}",), other=(f"role.{clash}",))
    except PeopleError as error:
        raise _refused(home, actor, "people.grant", target, error) from None
    given = Grant(secrets.token_hex(6), named, role, scope, text, actor.name, now)
    _log(home).append(actor, "people.grant", named, reason=text, grant_id=given.grant_id, role=role, scope=str(scope))
    row = {"grant_id": given.grant_id, "name": named, "role": role, "scope": str(scope)}
    add_grant(data, keys, site.config.site.id, {**row, "reason": text, "actor": actor.name, "at": now})
    return given


def revoke(home: Path, actor: Actor, grant_id: str, reason: str, *, now: datetime) -> Grant:
    """Take a role back; the person's next click is refused. Raises PeopleError, DeniedError."""
    allowed(home, actor, Scope.company(), "grant", "people.revoke", grant_id)
    data, keys, site = _store(home)
    try:
        text = _reason(reason)
        held = next((g for g in grants(data, keys, site.config.site.id) if g.grant_id == grant_id), None)
        if held is None:
            raise PeopleError("no_grant", grant=grant_id)
    except PeopleError as error:
        raise _refused(home, actor, "people.revoke", grant_id, error) from None
    for node in held.scope.nodes:
        allowed(home, actor, Scope.company(), "grant", "people.revoke", grant_id, place=_whole(node))
    _log(home).append(
        actor, "people.revoke", held.name, reason=text, grant_id=grant_id, role=held.role, scope=str(held.scope)
    )
    revoke_grant(data, keys, site.config.site.id, grant_id, text, actor=actor.name, at=now)
    return held


def people(home: Path, actor: Actor) -> list[Grant]:
    """Roles in force in the part that the actor administers, by person. Raises DeniedError."""
    within = allowed(home, actor, Scope.company(), "grant", "people.list", "")
    data, keys, site = _store(home)
    found = [
        held
        for held in grants(data, keys, site.config.site.id)
        if all(within.covers(*_whole(node)) for node in held.scope.nodes)
    ]
    return sorted(found, key=lambda held: (folded(held.name), tuple(ROLES).index(held.role), str(held.scope)))


def view_as(home: Path, actor: Actor, name: str) -> Actor:
    """The actor, looking through another person's eyes: only figures that both may see, and no deeds. On record."""
    allowed(home, actor, Scope.company(), "grant", "people.view_as", name)
    _log(home).append(actor, "people.view_as", name.strip()[:MOST_NAME])
    return replace(actor, seen_as=name.strip())


def _sound(site: Site, actor: Actor, name: str, role: str, scope: Scope) -> None:
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise PeopleError("no_name")
    if role not in ROLES:
        raise PeopleError("no_role", role=role, known=", ".join(ROLES))
    if actor.kind == "login" and same_person(actor.name, name):
        raise PeopleError("own", name=name)
    lines = site.master["line"].select("plant_id", "area_id", "line_id").rows()
    known = {line[:depth] for line in lines for depth in range(1, 4)} | {(plant.id,) for plant in site.config.plant}
    for node in scope.nodes:
        if node and node not in known:
            raise PeopleError("no_place", place="/".join(node))


def _clash(held: list[Grant], role: str) -> str | None:
    """A role held that may not stand beside ``role``."""
    return next((g.role for g in held if g.role != role and (role in APART or g.role in APART)), None)


def _whole(node: tuple[str, ...]) -> tuple[str | None, ...]:
    """A node as a place; blank parts mean all of it."""
    return (*node, None, None, None)[:3]


def _reason(text: str) -> str:
    try:
        return given_reason(text)
    except DecisionError:
        raise PeopleError("no_reason") from None


def _refused(home: Path, actor: Actor, action: str, target: str, error: ToldError) -> ToldError:
    _log(home).append(actor, action, target[:200], outcome="refused", reason=str(error))
    return error


def _store(home: Path) -> tuple[Path, Keys, Site]:
    data = data_folder(home)
    return data, load_keys(data, settings().key_dir, create=True), Site.open(home)


def _log(home: Path) -> AuditLog:
    data = data_folder(home)
    return AuditLog(data, load_keys(data, settings().key_dir, create=True))
