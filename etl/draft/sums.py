"""What numbers say by agreeing: a column is the sum of others, or of one so far. Which columns: ``understand``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Column = dict[int, float]
"""Row to number."""
_ENOUGH = 0.8


def agree(left: Callable[[int], float], right: Callable[[int], float], rows: Sequence[int]) -> bool:
    """Do two expressions give the same in nearly all rows, and not just zeros?"""
    pairs = [(left(row), right(row)) for row in rows]
    telling = [(a, b) for a, b in pairs if a or b]
    same = sum(1 for a, b in telling if abs(a - b) <= 0.005 * max(1.0, abs(b)))
    return len(telling) >= 2 and same / len(telling) >= _ENOUGH


def total_of(parts: Sequence[Column], whole: Column, less: Column | None = None) -> bool:
    """Is ``whole`` (less another column) the sum of the parts, row by row?"""
    rows = [row for row in whole if less is None or row in less]
    return agree(
        lambda row: sum(part.get(row, 0.0) for part in parts),
        lambda row: whole[row] - (less[row] if less else 0.0),
        rows,
    )


def runs_along(running: Column, column: Column) -> bool:
    """Is ``running`` the sum of ``column`` so far?"""
    rows = sorted(set(running) & set(column))
    if len(rows) < 3:
        return False
    so_far: Column = {}
    total = 0.0
    for row in rows:
        total += column[row]
        so_far[row] = total
    return agree(running.__getitem__, so_far.__getitem__, rows[1:])


def is_sum_of_rows(value: float, above: Sequence[float]) -> bool:
    """Is a number the sum of the ones above it?"""
    return len(above) >= 2 and value != 0 and abs(value - sum(above)) <= 0.005 * max(1.0, abs(value))
