"""Small questions to frames that every page asks, with plain numbers as answers."""

from __future__ import annotations

import polars as pl


def total(rows: pl.DataFrame, column: str) -> float:
    """The sum of a column; 0 of no rows."""
    return float(rows.select(pl.col(column).sum().fill_null(0)).item()) if rows.height else 0.0


def ratio(part: float | None, whole: float | None) -> float | None:
    """Part of whole; None when either is missing or the whole is nothing."""
    return part / whole if part is not None and whole else None


def difference(left: float | None, right: float | None) -> float | None:
    """Left minus right; None when either is missing."""
    return None if left is None or right is None else left - right
