"""What each role may do: the one table. Who holds which role where: the state store; who asks: ``etl.permission``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from data_contracts.scope import Scope

RIGHTS = (
    "see",
    "source",
    "export",
    "upload",
    "note",
    "decide",
    "approve",
    "waive",
    "rollout",
    "layouts",
    "load",
    "grant",
    "audit",
)
"""What may be done; names for people: ``right.<right>``."""
ROLES = MappingProxyType(
    {
        "viewer": frozenset({"see", "export"}),
        "leader": frozenset({"see", "source", "export", "upload", "note"}),
        "supervisor": frozenset({"see", "source", "export", "upload", "note", "decide", "approve", "waive"}),
        "engineer": frozenset({"see", "source", "export", "upload", "note", "rollout", "layouts", "load"}),
        "admin": frozenset({"see", "export", "grant"}),
        "auditor": frozenset({"see", "source", "export", "audit"}),
    }
)
"""Role to rights; names for people: ``role.<role>``."""
APART = frozenset({"admin", "auditor"})
"""Roles that nobody holds beside another one: who grants does not decide, who audits does not act."""
WHOLE = frozenset({"layouts", "load", "audit"})
"""Rights over what belongs to the whole company: the role must be held at ``*``."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a person holds in a part of the company, and why."""

    grant_id: str
    name: str
    role: str
    scope: Scope
    reason: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What follows from the grants of one person; without grants nothing at all."""

    grants: tuple[Grant, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles held anywhere, in the order of the table."""
        held = {grant.role for grant in self.grants}
        return tuple(role for role in ROLES if role in held)

    def scope(self, right: str) -> Scope:
        """The part of the company in which a right is held. A role that stands apart silences all others."""
        apart = APART & {grant.role for grant in self.grants}
        counting = [grant for grant in self.grants if right in ROLES[grant.role]]
        nodes = {
            node
            for grant in counting
            if not apart or apart == {grant.role}
            for node in grant.scope.nodes
            if right not in WHOLE or node == ()
        }
        return Scope.merged(nodes)

    def may(self, right: str) -> bool:
        """Whether a right is held anywhere."""
        return bool(self.scope(right).nodes)
