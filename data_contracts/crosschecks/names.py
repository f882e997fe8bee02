"""How rules compare names."""

from __future__ import annotations

import polars as pl


def folded(column: str) -> pl.Expr:
    """A name without width, case and blanks, as names are compared everywhere."""
    return pl.col(column).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", "")
