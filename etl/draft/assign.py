"""The best way to give each header at most one measure and each measure at most one header, all taken together."""

from __future__ import annotations

from collections.abc import Sequence

_FAR = float("inf")


def best_pairs(scores: Sequence[Sequence[float]]) -> list[int]:
    """Column for each row so that the sum of scores is largest. At least as many columns as rows.

    The Hungarian method with potentials, in O(rows² · columns).
    """
    rows, columns = len(scores), len(scores[0]) if scores else 0
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    taken_by = [0] * (columns + 1)
    for row in range(1, rows + 1):
        taken_by[0] = row
        _place(scores, of_row, of_column, taken_by)
    chosen = [0] * rows
    for column in range(1, columns + 1):
        if taken_by[column]:
            chosen[taken_by[column] - 1] = column - 1
    return chosen


def _place(scores: Sequence[Sequence[float]], of_row: list[float], of_column: list[float], taken_by: list[int]) -> None:
    """Give the row that waits in column 0 a column, moving others along the cheapest way."""
    columns = len(taken_by) - 1
    came_from, least = [0] * (columns + 1), [_FAR] * (columns + 1)
    seen = [False] * (columns + 1)
    here = 0
    while taken_by[here]:
        seen[here] = True
        owner, delta, following = taken_by[here], _FAR, 0
        for column in (c for c in range(1, columns + 1) if not seen[c]):
            cost = -scores[owner - 1][column - 1] - of_row[owner] - of_column[column]
            if cost < least[column]:
                least[column], came_from[column] = cost, here
            if least[column] < delta:
                delta, following = least[column], column
        for column in range(columns + 1):
            if seen[column]:
                of_row[taken_by[column]] += delta
                of_column[column] -= delta
            else:
                least[column] -= delta
        here = following
    while here:
        taken_by[here], here = taken_by[came_from[here]], came_from[here]
