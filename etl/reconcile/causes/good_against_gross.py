"""Cause 7: good pieces held against all pieces."""

from __future__ import annotations

import polars as pl

from data_contracts.crosschecks.base import Evidence
from etl.reconcile.causes.base import Cause, amount, why

_HOURS = 21
"""Its neighbouring figures are the hours beside it."""


def find(findings: pl.DataFrame, _evidence: Evidence) -> pl.DataFrame:
    """The difference is the scrap or the rework of the shift."""
    excess = pl.col("delta").abs()
    beside = pl.col("beside").list.eval(pl.element().filter(pl.element() > 0))
    found = findings.filter("is_amount", pl.col("rule_no") != _HOURS, beside.list.contains(excess))
    side = pl.when(pl.col("delta") > 0).then(pl.lit("report")).otherwise(pl.lit("reference"))
    return why(found, side, delta=amount(excess))


CAUSE = Cause("good_against_gross", 7, find)
