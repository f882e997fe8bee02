"""Who acts, and what part of the company they may see. Enforcing it in SQL: the query modules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from data_contracts.errors import ScopeError

LEVELS = ("plant_id", "area_id", "line_id")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a program on whose behalf something happens; written into every audit record.

    ``kind``: ``person`` works with the keys of the machine, as the command line does, and may do everything; ``system``
    is a program; ``login`` signed in to the dashboards, and what they may do is looked up at each deed. ``seen_as``:
    the person through whose eyes an admin looks; nothing but looking is possible then. ``address``: of the machine from
    which a person at a screen asks.
    """

    name: str
    kind: str = "person"
    roles: tuple[str, ...] = ()
    seen_as: str | None = None
    address: str = ""


SYSTEM = Actor("shiftledger", "system")


def same_person(one: str, other: str) -> bool:
    """Whether two writings name one person: case, width and outer blanks do not count."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """A person's name as it is compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of nodes of the tree plant → area → line; the company is the empty node.

    ``nodes`` holds paths such as ``("P1",)``, ``("P1", "A2")`` or ``("P1", "A2", "L07")``;
    ``((),)`` is the whole company and ``()`` is nothing at all.
    """

    nodes: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def company(cls) -> Self:
        """Everything."""
        return cls(((),))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"P1/A2/L07,P2"``; ``"*"`` is the company. Raises ScopeError."""
        nodes: list[tuple[str, ...]] = []
        for part in (p.strip() for p in text.split(",")):
            if part == "*":
                return cls.company()
            node = tuple(piece.strip() for piece in part.split("/"))
            if not all(node) or len(node) > len(LEVELS):
                raise ScopeError(f"scope {part!r}: write plant, plant/area or plant/area/line, or * for all")
            nodes.append(node)
        return cls(tuple(nodes))

    @classmethod
    def merged(cls, nodes: Iterable[tuple[str, ...]]) -> Self:
        """What these nodes hold together; one that lies inside another is left out."""
        known = set(nodes)
        return cls(tuple(sorted(n for n in known if not any(n[:depth] in known for depth in range(len(n))))))

    def predicate(self, alias: str = "line") -> tuple[str, list[str]]:
        """SQL over a table with plant_id, area_id and line_id, and its parameters.

        The text holds no value: every identifier is bound.
        """
        if () in self.nodes:
            return "true", []
        clauses: list[str] = []
        parameters: list[str] = []
        for node in self.nodes:
            clauses.append("(" + " and ".join(f"{alias}.{level} = ?" for level in LEVELS[: len(node)]) + ")")
            parameters.extend(node)
        return ("(" + " or ".join(clauses) + ")" if clauses else "false"), parameters

    def covers(self, *place: str | None) -> bool:
        """Whether a plant, area and line, or all of a plant or of an area, lie inside."""
        path = tuple(place)
        return any(path[: len(node)] == node for node in self.nodes)

    def touches(self, *place: str | None) -> bool:
        """Whether anything inside a plant, area or line lies inside, or they do."""
        path = tuple(part for part in place if part is not None)
        return self.covers(*place) or any(node[: len(path)] == path for node in self.nodes)

    def within(self, other: Scope) -> Scope:
        """What lies inside both."""
        nodes = {
            max(one, two, key=len)
            for one in self.nodes
            for two in other.nodes
            if one[: len(two)] == two or two[: len(one)] == one
        }
        return Scope.merged(nodes)

    def __str__(self) -> str:
        return ",".join("/".join(node) or "*" for node in self.nodes)
