"""Cause 4: two neighbouring digits changed places."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, amount, why

_DIGITS = 9


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """Swapping two neighbouring digits of one whole number gives the other."""
    pair = _swapped(pl.col("reported_value"), pl.col("reference_value"))
    found = findings.filter("is_amount").with_columns(pair=pair).filter(pl.col("pair").is_not_null())
    digits = pl.col("pair").struct
    return why(
        found,
        "swapped",
        one=digits.field("one").cast(pl.String),
        other=digits.field("other").cast(pl.String),
        reported=amount(pl.col("reported_value")),
        reference=amount(pl.col("reference_value")),
    )


def _swapped(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """The two digits as they stand in ``a``; null when swapping none gives ``b``."""
    whole = (a == a.floor()) & (b == b.floor()) & (a > 0) & (b > 0) & (pl.max_horizontal(a, b) < 10.0**_DIGITS)
    left, right = a.cast(pl.Int64, strict=False), b.cast(pl.Int64, strict=False)
    possible = whole & ((left - right) % 9 == 0) & (left != right)
    pairs = []
    for place in range(_DIGITS - 1):
        low, high = 10**place, 10 ** (place + 1)
        one, other = (left // low) % 10, (left // high) % 10
        swapped = left + (one - other) * (high - low)
        within = pl.max_horizontal(left, right) >= high  # 012 for 102 reads as 12
        pairs.append(pl.when(possible & (swapped == right) & within).then(pl.struct(one=other, other=one)))
    return pl.coalesce(pairs)


CAUSE = Cause("transposed_digits", 4, find)
