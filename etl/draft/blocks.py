"""Tables that come again on one sheet: blocks with heads of their own, or one table in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from etl.draft.grid import Grid, Place
from etl.draft.tables import same_headers
from etl.draft.understand import Understood

_HEAD = 10


@dataclass(frozen=True, slots=True)
class Repeated:
    """``once``: each kind of table once. ``start``: labels that begin a block. ``again``: tables in pieces.

    ``first_end``: row and column before which the first block and what all blocks share stands.
    """

    once: tuple[Understood, ...]
    again: tuple[Understood, ...] = ()
    start: tuple[str, ...] = ()
    direction: str = "down"
    count: int = 1
    first_end: Place | None = None


def find_repeated(grid: Grid, tables: Sequence[Understood]) -> Repeated:
    """Which tables of a sheet are one and the same, and where their blocks begin."""
    of_table: dict[int, list[Understood]] = {}
    for one in tables:
        of_table.setdefault(id(one.table), []).append(one)
    groups = [
        [of_table[id(table)][n] for table in group if n < len(of_table[id(table)])]
        for group in same_headers(dict.fromkeys(t.table for t in tables))
        for n in range(max(len(of_table[id(table)]) for table in group))
    ]
    once = tuple(
        max(group, key=lambda t: (len(t.table.rows) > 0, t.score)) if len(group) == 1 else group[0] for group in groups
    )
    several = [group for group in groups if len(group) > 1]
    if not several:
        return Repeated(once)
    longest = max(several, key=len)
    start = _start(grid, longest)
    if start is None:
        return Repeated(once, again=tuple(group[0] for group in several))
    text, places = start
    down = len({p[0] for p in places}) > 1
    across = len({p[1] for p in places}) > 1
    direction = "both" if down and across else "across" if across else "down"
    below = [p[0] for p in places if p[0] > places[0][0]]
    right = [p[1] for p in places if p[1] > places[0][1]]
    end = (min(below, default=grid.last_row + 1), min(right, default=10**6))
    return Repeated(once, (), (text,), direction, len(longest), end)


def _start(grid: Grid, group: Sequence[Understood]) -> tuple[str, list[Place]] | None:
    """The topmost text that stands at the same distance above each of the tables; a number in it does not count."""
    heads = [t.table.place(t.table.header_rows[0], t.table.left) for t in group]
    return _same_above(grid, group, heads, numbered=False) or _same_above(grid, group, heads, numbered=True)


def _same_above(
    grid: Grid, group: Sequence[Understood], heads: Sequence[Place], *, numbered: bool
) -> tuple[str, list[Place]] | None:
    for up in range(_HEAD, 0, -1):
        for aside in (0, -1, 1, 2):
            places = [(row - up, column + aside) for row, column in heads]
            texts = [grid.cells[p].text.strip() if p in grid.cells and grid.cells[p].is_word else "" for p in places]
            shapes = {re.sub(r"\d+", "#", t) if numbered else t for t in texts}
            if "" not in texts and len(shapes) == 1 and len(set(places)) == len(places) and not _inside(places, group):
                return shapes.pop(), sorted(places)
    return None


def _inside(places: Sequence[Place], group: Sequence[Understood]) -> bool:
    """Does a table stand there? Then it is no head."""
    return any(set(t.table.places()) & set(places) for t in group)
